using System.Runtime.CompilerServices;
using Npgsql;

namespace OrleansUploads.Silo.Database;

/// <summary>Keeps Npgsql from asking the server to cancel a command that takes too long.</summary>
/// <remarks>PostgreSQL answers a commit whose wait for the standby was cancelled as done, and from then on everybody sees rows that the
/// standby does not have. A command that takes too long is given up by closing its connection: then the commit goes on waiting. Npgsql
/// sends no request for a server that has not given its connection a process ID, and has no setting for that.</remarks>
internal static class UncancelledCommands
{
    private const string Connector = "Npgsql.Internal.NpgsqlConnector, Npgsql";

    /// <summary>Makes a new connection one whose commands are never cancelled.</summary>
    public static void Apply(NpgsqlConnection connection) => SetProcessId(ConnectorOf(connection), 0);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    [return: UnsafeAccessorType(Connector)]
    private static extern object ConnectorOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_BackendProcessId")]
    private static extern void SetProcessId([UnsafeAccessorType(Connector)] object connector, int processId);
}
