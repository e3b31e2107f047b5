namespace OrleansUploads.Cluster.Journal;

/// <content>Operations that take the writer's turn.</content>
internal sealed partial class GrainStorageJournal
{
    /// <summary>Replaces the head if it still accepts a snapshot of a version.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="announced">The session that announced the rows of the snapshot, or null. Another session cannot
    /// name the rows, because another host may have deleted them.</param>
    /// <param name="version">The version of the snapshot.</param>
    /// <param name="change">Returns the new head.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The session that replaced the head, or null if the snapshot is no longer wanted.</returns>
    private static async Task<JournalSession?> ReplaceForSnapshotAsync(
        JournalWriter writer,
        JournalSession? announced,
        long version,
        Func<JournalSession, JournalHead> change,
        CancellationToken cancellationToken)
    {
        await writer.TakeTurnAsync(cancellationToken);
        try
        {
            if (writer.IsAbandoned || (announced is not null && !writer.IsCurrent(announced)))
            {
                return null;
            }

            var session = await writer.OpenAsync(cancellationToken);
            return session.Head.AcceptsSnapshot(version) && await session.TryReplaceAsync(change(session), cancellationToken)
                ? session
                : null;
        }
        finally
        {
            writer.EndTurn();
        }
    }

    private async Task DeleteDiscardedRowsAsync(JournalSession session, CancellationToken cancellationToken)
    {
        var discarded = session.Undeleted;
        await _rows.DeleteAsync(discarded, cancellationToken);
        session.EndDeleting(discarded);
    }

    /// <summary>Deletes the rows of a forgotten stream. After a failure the next read tries again.</summary>
    private async Task CleanUpForgottenAsync(JournalWriter writer, JournalSession session, CancellationToken cancellationToken)
    {
        await writer.TakeTurnAsync(cancellationToken);
        try
        {
            if (!writer.IsAbandoned && writer.IsCurrent(session) && session is { Exists: true, Head.Version: 0 })
            {
                await DeleteDiscardedRowsAsync(session, cancellationToken);
                await session.DeleteAsync(cancellationToken);
            }
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // The head still names the remaining rows.
        }
        finally
        {
            writer.EndTurn();
        }
    }

    /// <summary>Takes the turn for a read. A writer whose operation hangs is replaced by a new one.</summary>
    private async Task<JournalWriter> TakeTurnToReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var writer = _writer;
            try
            {
                using var timeout = new CancellationTokenSource(MaxReadDelay, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
                await writer.TakeTurnAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                writer.Abandon();
                if (_writer == writer)
                {
                    _writer = new JournalWriter(_storage, _grain, _stream);
                }

                continue;
            }

            if (!writer.IsAbandoned)
            {
                return writer;
            }

            writer.EndTurn();
        }
    }

    /// <summary>Reads the head and ends the turn.</summary>
    private static async Task<(JournalSession Session, JournalHead Head, string? ETag)> RefreshAsync(
        JournalWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var session = await writer.RefreshAsync(cancellationToken);
            return (session, session.Head, session.ETag);
        }
        finally
        {
            writer.EndTurn();
        }
    }
}
