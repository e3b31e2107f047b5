namespace OrleansUploads.Engine.Ports;

/// <summary>A random mark that identifies a part store. All processes that share the store see the same mark.</summary>
public interface IStoreMark
{
    /// <summary>Where the store is, for messages: a folder or an address.</summary>
    string Place { get; }

    /// <summary>Returns the mark, or null if the store has none or does not exist.</summary>
    ValueTask<byte[]?> FindMarkAsync(CancellationToken cancellationToken);

    /// <summary>Returns the mark, and creates it if it is missing. It is durable on return. If several processes create one at the same
    /// time, all return the same one.</summary>
    /// <param name="random">The content of a new mark: unique random bytes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<byte[]> FindOrMakeMarkAsync(ReadOnlyMemory<byte> random, CancellationToken cancellationToken);

    /// <summary>Whether anything is stored for any upload.</summary>
    ValueTask<bool> HasBytesAsync(CancellationToken cancellationToken);
}
