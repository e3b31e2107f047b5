using System.Globalization;
using System.Net;
using Npgsql;

namespace OrleansUploads.Postgres.Database;

/// <summary>How silos talk to PostgreSQL, unless the operator says otherwise.</summary>
internal static class PostgresConnection
{
    /// <summary>How Orleans calls the library for PostgreSQL.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Orleans repeats a few statements and keeps nothing in a session. So connections are not reset when they return to the
    /// pool, which would also discard the plans, and statements are prepared when they occur a second time. A server that does not
    /// answer is given up after five seconds.</summary>
    private const string Defaults =
        "No Reset On Close=true;Max Auto Prepare=50;Auto Prepare Min Usages=2;Timeout=5;Command Timeout=5;Cancellation Timeout=-1;"
        + "Tcp Keepalive=true;Tcp Keepalive Time=2;Tcp Keepalive Interval=1;";

    /// <summary>Keywords with which Npgsql itself would choose among several servers. <see cref="PostgresDatabase"/> does that.</summary>
    private static readonly string[] Choosing = ["Target Session Attributes", "Load Balance Hosts", "Host Recheck Seconds"];

    /// <summary>Its own values win, because the last one of a keyword counts.</summary>
    public static string WithDefaults(string connectionString) => Defaults + connectionString;

    /// <summary>Returns a connection string with the defaults for each server that a connection string names, such as
    /// <c>Host=a,b:5433</c>.</summary>
    /// <exception cref="ArgumentException">The connection string is malformed.</exception>
    public static IReadOnlyList<NpgsqlConnectionStringBuilder> OfEachServer(string connectionString)
    {
        var all = new NpgsqlConnectionStringBuilder(WithDefaults(connectionString));
        foreach (var keyword in Choosing)
        {
            all.Remove(keyword);
        }

        return [.. (all.Host ?? "").Split(',', StringSplitOptions.TrimEntries).Select(server => OfServer(all.ConnectionString, server))];
    }

    private static NpgsqlConnectionStringBuilder OfServer(string connectionString, string server)
    {
        var one = new NpgsqlConnectionStringBuilder(connectionString) { Host = server };
        var colon = server.LastIndexOf(':');
        var hasPort = colon > 0 && !server.StartsWith('/') && !IPAddress.TryParse(server, out _);
        if (hasPort && int.TryParse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            (one.Host, one.Port) = (server[..colon], port);
        }

        return one;
    }
}
