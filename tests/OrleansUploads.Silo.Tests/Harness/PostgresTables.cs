namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>The tables of what a cluster decides, in PostgreSQL.</summary>
internal static class PostgresTables
{
    public static readonly string[] All = ["uploads_record", "uploads_snapshot", "uploads_wake", "uploads_row"];

    /// <summary>The stream of an upload.</summary>
    public static string StreamOf(string upload) => $"{(int)EntityKind.Upload}/{upload}";

    /// <summary>Statements for all tables.</summary>
    public static string ForAll(Func<string, string> statement) => string.Join("; ", All.Select(statement));
}
