using Npgsql;

namespace OrleansUploads.Postgres.Database;

/// <summary>Notices that a commit was answered although no standby has confirmed it.</summary>
/// <remarks>PostgreSQL reports a commit whose wait was cancelled with the warning 01000 and then as done. The text of the warning depends
/// on the server's language, and no other warning is expected, so each one counts.</remarks>
internal sealed class ReplicationWarnings : IDisposable
{
    private readonly NpgsqlConnection _connection;
    private string? _warning;

    public ReplicationWarnings(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notice += Remember;
    }

    /// <summary>Checks that nothing was committed here that a standby may lack.</summary>
    /// <exception cref="NpgsqlException">There was a warning, so the outcome is unknown.</exception>
    public void ThrowIfAny()
    {
        if (_warning is not null)
        {
            throw new NpgsqlException($"The outcome of a commit is unknown. PostgreSQL warned: {_warning}");
        }
    }

    public void Dispose() => _connection.Notice -= Remember;

    /// <summary>Null for any other notice.</summary>
    public static string? TextOf(PostgresNotice notice) =>
        notice is { InvariantSeverity: "WARNING", SqlState: PostgresErrorCodes.Warning } ? notice.MessageText : null;

    private void Remember(object sender, NpgsqlNoticeEventArgs e) => _warning = TextOf(e.Notice) ?? _warning;
}
