"""Planted defects of the report and of the files around it."""

from __future__ import annotations

import shutil

from powerbi_tools.damage import edit, fields, first_field, rename_folder, report, swap, visual_of, visuals, with_field
from powerbi_tools.mutants import Mutants

MUTANTS = Mutants()
caught_by = MUTANTS.caught_by

ANY = with_field("Measure")
PAGES = "definition/pages/pages.json"
TRUE = {"expr": {"Literal": {"Value": "true"}}}


def edit_report(project, name, change):
    edit(report(project) / name, change)


def edit_visual(project, change, fits=ANY):
    edit(visual_of(project, fits), change)


def title_of(content):
    return content["visual"]["visualContainerObjects"]["title"][0]["properties"]


def titled(content):
    try:
        return title_of(content)["text"]["expr"]["Literal"]["Value"].startswith("'")
    except (KeyError, IndexError):
        return False


def theme(project):
    return next((report(project) / "StaticResources/RegisteredResources").glob("*.json"))


@caught_by("schemas", "flavour")
def a_property_no_visual_has(project):
    edit_visual(project, lambda content: content.update(flavour=1))


@caught_by("schemas", "reportVersionAtImport")
def a_theme_without_its_version(project):
    edit_report(
        project, "definition/report.json", lambda c: c["themeCollection"]["baseTheme"].pop("reportVersionAtImport")
    )


@caught_by("schemas", "sortDefinition")
def a_sort_order_in_the_wrong_place(project):
    edit_visual(project, lambda content: content.update(sortDefinition={"sort": []}))


def name_unpublished(content):
    content["$schema"] = content["$schema"].replace("/2.9.0/", "/2.99.0/")


@caught_by("schemas", "SCHEMA_UNKNOWN")
def a_schema_nobody_published(project):
    edit_visual(project, name_unpublished)


@caught_by("report", "SCHEMA_UNREACHABLE")
def a_schema_nobody_can_reach(project):
    edit_visual(project, name_unpublished)


@caught_by("schemas", "SCHEMA_NOT_NAMED")
@caught_by("ours", "json-names-schema")
def a_file_that_names_no_schema(project):
    edit_visual(project, lambda content: content.pop("$schema"))


@caught_by("schemas", "JSON_SYNTAX")
@caught_by("ours", "json-well-formed")
def json_that_breaks_off(project):
    swap(report(project) / "definition/version.json", r"\}\s*\Z", "")


@caught_by("schemas", "dataset")
def a_data_set_in_the_project_file(project):
    edit(next(project.glob("*.pbip")), lambda content: content["artifacts"].append({"dataset": {"path": "x"}}))


@caught_by("schemas", "path")
def no_path_to_the_model(project):
    edit_report(project, "definition.pbir", lambda content: content["datasetReference"]["byPath"].update(path=None))


@caught_by("schemas", "JSON_SYNTAX")
@caught_by("ours", "text-without-bom")
def a_byte_order_mark(project):
    path = report(project) / "definition/version.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


@caught_by("report", "ROLE_UNKNOWN")
def a_role_no_visual_has(project):
    def change(content):
        state = content["visual"]["query"]["queryState"]
        state["Lost"] = state.pop(next(iter(state)))

    edit_visual(project, change)


@caught_by("report", "ROLE_KIND_MISMATCH")
def a_column_where_a_measure_belongs(project):
    def change(content):
        item = next(item for _, item in fields(content) if "Measure" in item["field"])
        item["field"] = {"Column": {"Expression": {"SourceRef": {"Entity": "Date"}}, "Property": "Date"}}

    edit_visual(project, change, with_field("Measure", "lineChart", "clusteredBarChart", "funnel"))


@caught_by("report", "PAGE_ORDER_DUPLICATE")
def a_page_twice_in_the_order(project):
    edit_report(project, PAGES, lambda content: content["pageOrder"].append(content["pageOrder"][0]))


@caught_by("report", "PAGE")
def a_page_that_is_not_there(project):
    edit_report(project, PAGES, lambda content: content["pageOrder"].append("0" * 20))


@caught_by("report", "PAGE_DIR_NOT_IN_ORDER")
@caught_by("ours", "page-order-complete")
def a_page_outside_the_order(project):
    edit_report(project, PAGES, lambda content: content["pageOrder"].pop())


@caught_by("report", "PAGE_NAME_MISMATCH")
def a_page_of_another_name(project):
    edit(visuals(project)[0].parents[2] / "page.json", lambda content: content.update(name="0" * 20))


@caught_by("report", "THEME_FILE_MISSING")
def a_theme_that_is_not_there(project):
    theme(project).unlink()


@caught_by("report", "THEME")
def a_colour_that_is_none(project):
    edit(theme(project), lambda content: content["dataColors"].append("reddish"))


@caught_by("report", "THEME_FILE_NAME_MISMATCH")
@caught_by("ours", "theme-file-agrees")
def a_theme_of_another_name(project):
    edit(theme(project), lambda content: content.update(name="Other.json"))


@caught_by("report", "PLATFORM_MISSING")
@caught_by("ours", "item-file-given")
def no_name_card(project):
    (report(project) / ".platform").unlink()


@caught_by("report", "LOGICAL_ID_INVALID")
def a_tag_that_is_no_guid(project):
    edit_report(project, ".platform", lambda content: content["config"].update(logicalId="abc"))


@caught_by("report", "VERSION_MISSING")
def no_version(project):
    (report(project) / "definition/version.json").unlink()


@caught_by("report", "REPORT_JSON_MISSING")
def no_settings_of_the_report(project):
    (report(project) / "definition/report.json").unlink()


@caught_by("report", "LAYOUT_OUT_OF_BOUNDS")
@caught_by("ours", "visual-within-page")
def a_visual_off_the_page(project):
    edit_visual(project, lambda content: content["position"].update(x=5000))


@caught_by("report", "VISUAL_TYPE_UNKNOWN")
def a_kind_of_visual_nobody_knows(project):
    edit_visual(project, lambda content: content["visual"].update(visualType="pieOfCake"))


@caught_by("report", "NATIVE_QUERY_REF")
@caught_by("ours", "native-reference-given")
def a_field_without_its_own_name(project):
    edit_visual(project, lambda content: [item.pop("nativeQueryRef") for _, item in fields(content)])


@caught_by("report", "FORMATTING")
def a_formatting_object_nobody_knows(project):
    edit_visual(project, lambda c: c["visual"].setdefault("objects", {}).update(flavour=[{"properties": {"a": TRUE}}]))


@caught_by("report", "VCO_PROP_UNKNOWN")
def a_property_no_title_has(project):
    edit_visual(project, lambda content: title_of(content).update(flavour=TRUE), titled)


@caught_by("bpa", "MISSING_FIELDS")
def a_measure_the_model_lacks(project):
    edit_visual(project, lambda content: first_field(content, "Measure").update(Property="Lost"))


@caught_by("bpa", "MISSING_FIELDS")
@caught_by("ours", "query-reference-agrees")
def a_column_the_model_lacks(project):
    edit_visual(project, lambda content: first_field(content, "Column").update(Property="Lost"), with_field("Column"))


@caught_by("bpa", "MISSING_FIELDS")
def a_table_the_model_lacks(project):
    def change(content):
        first_field(content, "Column")["Expression"]["SourceRef"]["Entity"] = "Lost"

    edit_visual(project, change, with_field("Column"))


@caught_by("ours", "field-exists")
def a_measure_at_another_table(project):
    def change(content):
        place = first_field(content, "Measure")["Expression"]["SourceRef"]
        place["Entity"] = "Channel" if place["Entity"] == "Date" else "Date"

    edit_visual(project, change)


@caught_by("ours", "model-path-exists")
def a_report_of_no_model(project):
    edit_report(
        project, "definition.pbir", lambda c: c["datasetReference"]["byPath"].update(path="../Lost.SemanticModel")
    )


@caught_by("ours", "report-path-exists")
def a_project_of_no_report(project):
    edit(next(project.glob("*.pbip")), lambda content: content["artifacts"][0]["report"].update(path="Lost.Report"))


@caught_by("ours", "literal-quoted")
def a_text_without_its_quotes(project):
    def change(content):
        literal = title_of(content)["text"]["expr"]["Literal"]
        literal["Value"] = literal["Value"].strip("'")

    edit_visual(project, change, titled)


@caught_by("ours", "folder-is-name")
def a_visual_in_another_folder(project):
    rename_folder(visual_of(project, ANY), "0" * 20)


@caught_by("ours", "active-page-exists")
def a_first_page_that_is_not_there(project):
    edit_report(project, PAGES, lambda content: content.update(activePageName="0" * 20))


@caught_by("ours", "alt-text-given")
def a_visual_that_no_screen_reader_can_name(project):
    edit_visual(project, lambda content: content["visual"]["visualContainerObjects"].pop("general"))


@caught_by("ours", "at-most-ten-visuals")
def a_page_with_too_much_on_it(project):
    first = visuals(project)[0].parent
    for number in range(11):
        copy = shutil.copytree(first, first.with_name(f"{number:020}")) / "visual.json"
        edit(copy, lambda content, name=copy.parent.name: content.update(name=name))


@caught_by("ours", "tab-order-given")
def two_visuals_at_one_place_of_the_keyboard(project):
    for path in visuals(project)[:2]:
        edit(path, lambda content: content["position"].update(tabOrder=7))


@caught_by("ours", "no-pbi-folder")
def settings_of_another_computer(project):
    (report(project) / ".pbi").mkdir()
    (report(project) / ".pbi" / "localSettings.json").write_text("{}", encoding="utf-8")


@caught_by("ours", "project-file-given")
def no_project_file(project):
    next(project.glob("*.pbip")).unlink()


@caught_by("ours", "text-line-feeds")
def lines_that_end_as_on_windows(project):
    path = report(project) / "definition/version.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@caught_by("ours", "text-utf-8")
def text_in_another_encoding(project):
    path = report(project) / "definition/version.json"
    path.write_bytes(path.read_bytes() + "ü".encode("latin-1"))
