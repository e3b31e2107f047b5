namespace OrleansUploads.Silo.Storage;

/// <summary>How silos talk to PostgreSQL, unless the operator says otherwise.</summary>
internal static class PostgresConnection
{
    /// <summary>How Orleans calls the library for PostgreSQL.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Orleans repeats a few statements and keeps nothing in a session. So connections are not reset when they return to the
    /// pool, which would also discard the plans, and statements are prepared when they occur a second time.</summary>
    private const string Defaults = "No Reset On Close=true;Max Auto Prepare=50;Auto Prepare Min Usages=2;";

    /// <summary>Adds the defaults to a connection string. Its own values win, because the last one of a keyword counts.</summary>
    public static string WithDefaults(string connectionString) => Defaults + connectionString;
}
