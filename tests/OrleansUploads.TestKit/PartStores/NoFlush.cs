using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>Makes nothing durable, at once. For tests of a thousand uploads that end before any power cut.</summary>
public sealed class NoFlush : IDiskFlush
{
    /// <inheritdoc/>
    public int FlushFile(SafeFileHandle file, string path) => 0;

    /// <inheritdoc/>
    public int FlushDirectory(string path) => 0;
}
