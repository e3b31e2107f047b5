using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>Reports the faults of the database as those of a journal.</summary>
internal static class DatabaseAttempt
{
    /// <summary>Runs a call.</summary>
    /// <param name="what">What it attempts, for the message.</param>
    /// <exception cref="JournalUnavailableException">The database refused the call, or could not be asked.</exception>
    public static async ValueTask<T> RunAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await call();
        }
        catch (PostgresException fault) when (PostgresRefusal.IsRolledBack(fault))
        {
            throw new JournalUnavailableException(PostgresRefusal.Describe(fault), fault) { IsRefusal = true };
        }
        catch (Exception fault) when (fault is not (JournalDamagedException or OperationCanceledException or OutOfMemoryException))
        {
            throw new JournalUnavailableException($"The database could not {what}: {fault.Message}", fault);
        }
    }
}
