using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>Writes that share transactions.</summary>
internal sealed class SharedWrites
{
    private readonly PrimaryBatches _batches;
    private readonly CallGroups<SharedWrite, ulong> _groups;

    public SharedWrites(PrimaryBatches batches, TimeProvider time)
    {
        _batches = batches;
        _groups = new CallGroups<SharedWrite, ulong>(RunAsync, static write => write.LengthBytes, time);
    }

    /// <summary>Writes with the next group.</summary>
    /// <returns>The number of rows of the deciding command.</returns>
    /// <exception cref="PostgresException">If it is rolled back, the database refused the write, which has changed nothing.</exception>
    /// <exception cref="NpgsqlException">The outcome is unknown.</exception>
    public Task<ulong> RunAsync(SharedWrite write, CancellationToken cancellationToken) =>
        _groups.RunAsync(write, write.MayWait, cancellationToken);

    /// <summary>Two transactions that lock the same rows in the same order cannot wait for each other.</summary>
    private async Task<IReadOnlyList<ulong>> RunAsync(IReadOnlyList<SharedWrite> writes)
    {
        var made = writes.Select(static write => write.Make()).ToArray();
        var inOrder = Enumerable.Range(0, made.Length).OrderBy(i => writes[i].Key, StringComparer.Ordinal);
        await _batches.WriteAsync(inOrder.SelectMany(i => made[i]));
        return [.. writes.Select((write, i) => made[i][write.Deciding].Rows)];
    }
}

/// <summary>One of the writes that share a transaction.</summary>
/// <param name="Key">Of the rows that it changes.</param>
/// <param name="LengthBytes">What it sends.</param>
/// <param name="Make">Makes the commands. They are made again if the group is repeated.</param>
internal sealed record SharedWrite(string Key, int LengthBytes, Func<NpgsqlBatchCommand[]> Make)
{
    /// <summary>The index of the command whose number of rows is returned.</summary>
    public int Deciding { get; init; }

    /// <summary>Whether the write leaves it to others to begin the group.</summary>
    public bool MayWait { get; init; }
}
