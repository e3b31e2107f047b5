using Npgsql;

namespace OrleansUploads.Postgres.Database;

/// <summary>What PostgreSQL refuses, for those who have to make it possible.</summary>
internal static class PostgresRefusal
{
    private const string ConnectionFaults = "08";

    /// <summary>Whether the database is certain to have changed nothing. After more severe errors it ends the connection, and the
    /// transaction may have been committed. A pooler between them reports the loss of its own connection as an error like others.</summary>
    public static bool IsRolledBack(PostgresException fault) => fault.InvariantSeverity == "ERROR"
        && fault.SqlState != PostgresErrorCodes.StatementCompletionUnknown
        && !fault.SqlState.StartsWith(ConnectionFaults, StringComparison.Ordinal);

    /// <summary>Whether the server has refused a statement that took too long, as one that waits for a lock.</summary>
    public static bool IsLate(Exception? fault) =>
        fault is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled } late && IsRolledBack(late);

    /// <summary>Whether a new session may be allowed what this one was not: a session begins with the settings of its database and role, and
    /// keeps them.</summary>
    public static bool IsOfSession(PostgresException fault) =>
        fault.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled;

    /// <summary>Says in one sentence what the database has refused and what the operator must do.</summary>
    public static string Describe(PostgresException fault) =>
        $"PostgreSQL refuses a statement of the silo ({fault.SqlState}: {fault.MessageText.TrimEnd('.')}); {AdviceOn(fault.SqlState)}.";

    private static string AdviceOn(string state) => state switch
    {
        PostgresErrorCodes.InsufficientPrivilege =>
            "grant the user in the silos' connection string SELECT, INSERT, UPDATE and DELETE on the tables of the schema",
        PostgresErrorCodes.ReadOnlySqlTransaction => "let the database and that user write, or name the primary in the connection string",
        PostgresErrorCodes.DiskFull => "free space on the disk of the database",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction
            or PostgresErrorCodes.InvalidSchemaName => "apply the schema of the silos to the database",
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable =>
            "find the session that holds a lock on the table for so long, or raise the time limit of the silos' user",
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => "try again",
        _ => "look into the log of the database",
    };
}
