using System.Collections.Concurrent;

namespace OrleansUploads.Engine.Memory;

public sealed class MemoryRows : INamedRows
{
    private readonly ConcurrentDictionary<string, NamedRow> _rows = new();
    private int _writes;

    public ValueTask<NamedRow?> FindAsync(string name, CancellationToken cancellationToken) => new(_rows.GetValueOrDefault(name));

    public ValueTask<bool> TryWriteAsync(
        string name, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        var written = new NamedRow(content.ToArray(), $"{Interlocked.Increment(ref _writes)}");
        return new(version is null
            ? _rows.TryAdd(name, written)
            : _rows.TryGetValue(name, out var row) && row.Version == version && _rows.TryUpdate(name, written, row));
    }
}
