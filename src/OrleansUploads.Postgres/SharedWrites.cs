using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>Writes that share transactions.</summary>
internal sealed class SharedWrites
{
    private readonly PrimaryBatches _batches;
    private readonly CallGroups<Write, ulong> _groups;

    public SharedWrites(PrimaryBatches batches, TimeProvider time)
    {
        _batches = batches;
        _groups = new CallGroups<Write, ulong>(RunAsync, static write => write.LengthBytes, time);
    }

    /// <summary>Writes with the next group.</summary>
    /// <param name="key">Of the rows that it changes.</param>
    /// <param name="make">Makes the commands. They are made again if the group is repeated.</param>
    /// <param name="deciding">The index of the command whose number of rows is returned.</param>
    /// <param name="mayWait">Whether the write leaves it to others to begin the group.</param>
    /// <exception cref="PostgresException">If it is rolled back, the database refused the write, which has changed nothing.</exception>
    /// <exception cref="NpgsqlException">The outcome is unknown.</exception>
    public Task<ulong> RunAsync(
        string key, int lengthBytes, Func<NpgsqlBatchCommand[]> make, int deciding, bool mayWait, CancellationToken cancellationToken) =>
        _groups.RunAsync(new Write(key, lengthBytes, make, deciding), mayWait, cancellationToken);

    /// <summary>Two transactions that lock the same rows in the same order cannot wait for each other.</summary>
    private async Task<IReadOnlyList<ulong>> RunAsync(IReadOnlyList<Write> writes)
    {
        var made = writes.Select(static write => write.Make()).ToArray();
        var inOrder = Enumerable.Range(0, made.Length).OrderBy(i => writes[i].Key, StringComparer.Ordinal);
        await _batches.WriteAsync(inOrder.SelectMany(i => made[i]));
        return [.. writes.Select((write, i) => made[i][write.Deciding].Rows)];
    }

    private sealed record Write(string Key, int LengthBytes, Func<NpgsqlBatchCommand[]> Make, int Deciding);
}
