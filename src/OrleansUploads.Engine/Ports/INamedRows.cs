namespace OrleansUploads.Engine.Ports;

/// <summary>A few small rows beside a shared journal: what ties it to its part store, and how far an import is.</summary>
/// <remarks>Failures have the exceptions of the store. After a write that failed, the outcome is unknown.</remarks>
public interface INamedRows
{
    /// <summary>Reads a row, or returns null if it does not exist. What is read is durable, also after a failover of the store.</summary>
    /// <param name="name">Printable ASCII without spaces, as in <c>ou-store-mark/parts</c>.</param>
    ValueTask<NamedRow?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Writes a row if it has not changed. Durable when the task has completed.</summary>
    /// <param name="content">At most 16 KiB.</param>
    /// <param name="version">The version of the row to replace, or null to create it.</param>
    /// <returns>False if the row has another version or exists already. Then nothing was written.</returns>
    ValueTask<bool> TryWriteAsync(
        string name, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken);
}

/// <summary>A row as it was read.</summary>
/// <param name="Version">Changes with each write.</param>
public sealed record NamedRow(byte[] Content, string Version);
