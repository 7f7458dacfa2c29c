/** Data that travels inside the file. */
import type { Answer, Provider, Query, ReportData } from "./contract.ts";
import { Aggregator } from "./aggregate.ts";
import { readCube } from "./cube.ts";
import { addOutlierDays } from "./outliers.ts";

export class EmbeddedProvider implements Provider {
  private readonly report: ReportData;
  private readonly cube: string;
  private aggregator: Promise<Aggregator> | null = null;

  constructor(report: ReportData, cube: string) {
    this.report = report;
    this.cube = cube;
  }

  data(): Promise<ReportData> {
    return Promise.resolve(this.report);
  }

  async query(query: Query): Promise<Answer> {
    return (await this.ready()).answer(query);
  }

  private ready(): Promise<Aggregator> {
    this.aggregator ??= readCube(this.cube).then((cube) => {
      const aggregator = new Aggregator(this.report, cube);
      addOutlierDays(this.report, aggregator);
      return aggregator;
    });
    return this.aggregator;
  }
}
