using Npgsql;
using OrleansUploads.Postgres.Database;

namespace OrleansUploads.Postgres;

/// <summary>Writes that share transactions.</summary>
internal sealed class SharedWrites
{
    private readonly PrimaryBatches _batches;
    private readonly JournalCommands _commands;
    private readonly CallGroups<SharedWrite, ulong> _groups;

    public SharedWrites(PrimaryBatches batches, JournalCommands commands, TimeProvider time)
    {
        (_batches, _commands) = (batches, commands);
        _groups = new CallGroups<SharedWrite, ulong>(RunAsync, static write => write.LengthBytes, time);
    }

    /// <summary>Writes with the next group.</summary>
    /// <returns>The number of rows of the deciding command.</returns>
    /// <exception cref="PostgresException">If it is rolled back, the database refused the write, which has changed nothing.</exception>
    /// <exception cref="NpgsqlException">The outcome is unknown.</exception>
    public Task<ulong> RunAsync(SharedWrite write, CancellationToken cancellationToken) =>
        _groups.RunAsync(write, write.MayWait, cancellationToken);

    private async Task<IReadOnlyList<ulong>> RunAsync(IReadOnlyList<SharedWrite> writes)
    {
        var (commands, made) = MakeInOrder(writes);
        var appended = await _batches.WriteAsync(commands, ReadStreamsAsync);
        return
        [
            .. writes.Select(write => made.TryGetValue(write, out var own)
                ? own[write.Deciding].Rows
                : Convert.ToUInt64(appended.Contains(write.Key))),
        ];
    }

    /// <summary>Makes the commands of writes in the order of their keys, because two transactions that lock the same rows in the same order
    /// cannot wait for each other. Neighbours that only append share a command.</summary>
    /// <returns>All commands, and those of the writes that have their own.</returns>
    private (List<NpgsqlBatchCommand> Commands, Dictionary<SharedWrite, NpgsqlBatchCommand[]> Made) MakeInOrder(
        IReadOnlyList<SharedWrite> writes)
    {
        var commands = new List<NpgsqlBatchCommand>(writes.Count);
        var made = new Dictionary<SharedWrite, NpgsqlBatchCommand[]>(ReferenceEqualityComparer.Instance);
        var neighbours = new List<SharedWrite>(writes.Count);
        string? last = null;
        foreach (var write in writes.OrderBy(static write => write.Key, StringComparer.Ordinal))
        {
            if (write.PlainAppend is null || write.Key == last)
            {
                AddNeighbours();
                AddOwn(write);
            }
            else
            {
                neighbours.Add(write);
            }

            last = write.Key;
        }

        AddNeighbours();
        return (commands, made);

        void AddNeighbours()
        {
            if (neighbours is [var only])
            {
                AddOwn(only);
            }
            else if (neighbours.Count > 0)
            {
                commands.Add(_commands.AppendToEach([.. neighbours.Select(static write => write.PlainAppend!.Value)]));
            }

            neighbours.Clear();
        }

        void AddOwn(SharedWrite write) => commands.AddRange(made[write] = write.Make());
    }

    /// <summary>Reads the streams that <see cref="JournalCommands.AppendToEach"/> returns. Other commands return numbers.</summary>
    private static async Task<HashSet<string>> ReadStreamsAsync(NpgsqlDataReader reader)
    {
        var streams = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            var hasStreams = reader.FieldCount > 0 && reader.GetFieldType(0) == typeof(string);
            while (hasStreams && await reader.ReadAsync(CancellationToken.None))
            {
                streams.Add(reader.GetString(0));
            }
        }
        while (await reader.NextResultAsync(CancellationToken.None));
        return streams;
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

    /// <summary>The record, if the write only appends it to the stream of its key.</summary>
    public JournalAppend? PlainAppend { get; init; }
}
