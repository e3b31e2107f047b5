using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Npgsql;

namespace OrleansUploads.Postgres.Database;

/// <summary>Keeps Npgsql from asking the server to cancel a command that takes too long.</summary>
/// <remarks>PostgreSQL answers a commit whose wait for the standby was cancelled as done, and from then on everybody sees rows that the
/// standby does not have. A command that takes too long is given up by closing its connection: then the commit goes on waiting. Npgsql
/// sends no request for a server that has not given its connection a process ID, and has no setting for that.</remarks>
internal static class UncancelledCommands
{
    private const string Connector = "Npgsql.Internal.NpgsqlConnector, Npgsql";

    /// <summary>Makes a new connection one whose commands are never cancelled.</summary>
    public static void Apply(NpgsqlConnection connection) => SetProcessId(ConnectorOf(connection), 0);

    /// <summary>Gives up an open connection when a token is cancelled. What was sent on it has no answer then, and its outcome is
    /// unknown.</summary>
    /// <remarks>Npgsql, which is not given the token, would first connect to the server again and block a thread for as long as a server
    /// that hangs lets it wait.</remarks>
    /// <returns>Ends the arrangement.</returns>
    public static CancellationTokenRegistration GiveUp(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var socket = SocketOf(connection);
        return cancellationToken.UnsafeRegister(static socket => Close((Socket)socket!), socket);
    }

    /// <summary>Runs commands on an open connection, and gives it up if they take longer than a time.</summary>
    /// <param name="seconds">0 for no limit.</param>
    /// <param name="server">As messages name it.</param>
    /// <exception cref="NpgsqlException">The server refused a command, could not be reached, or took too long.</exception>
    public static async Task<T> RunAsync<T>(NpgsqlConnection connection, int seconds, string server, Func<Task<T>> run)
    {
        using var limit = seconds > 0 ? new CancellationTokenSource(TimeSpan.FromSeconds(seconds)) : new CancellationTokenSource();
        using var givesUp = GiveUp(connection, limit.Token);
        try
        {
            return await run();
        }
        catch (NpgsqlException fault) when (fault is not PostgresException && limit.IsCancellationRequested)
        {
            throw new NpgsqlException($"{server} has not answered for {seconds} seconds.", fault);
        }
    }

    public static Socket SocketOf(NpgsqlConnection connection) => SocketField(ConnectorOf(connection));

    /// <summary>Ends everything that waits for an answer on the socket.</summary>
    public static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket SocketField([UnsafeAccessorType(Connector)] object connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    [return: UnsafeAccessorType(Connector)]
    private static extern object ConnectorOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_BackendProcessId")]
    private static extern void SetProcessId([UnsafeAccessorType(Connector)] object connector, int processId);
}
