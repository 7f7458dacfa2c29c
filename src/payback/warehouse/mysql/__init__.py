"""The warehouse on a MySQL server; nothing here is imported before a project asks for MySQL.

`warehouse` has the class, `address` where the server is, `session` connections, locks and transactions, `writing` and
`reading` the two directions of the data, `partitions` the months, `migrating` the schema, `checking` what the doctor
looks at, `problems` what the server's errors mean.
"""
