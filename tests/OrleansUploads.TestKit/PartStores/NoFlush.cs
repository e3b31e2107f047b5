using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.TestKit.PartStores;

/// <summary>Flushes nothing, for tests with many uploads that do not need durability.</summary>
public sealed class NoFlush : IDiskFlush
{
    /// <inheritdoc/>
    public int FlushFile(SafeFileHandle file, string path) => 0;

    /// <inheritdoc/>
    public int FlushDirectory(string path) => 0;
}
