using OrleansUploads.Engine.DataFolders;

namespace OrleansUploads.Cli.Demo;

/// <summary>The disk space that a demo needs. On a full disk its clients would retry for a long time before they give up.</summary>
internal static class DemoSpace
{
    /// <summary>Requires enough free space in the folder of the demo.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="sizeBytes">The size of the archive.</param>
    /// <param name="isGenerated">Whether the demo generates the file.</param>
    /// <param name="hasServer">Whether the demo starts a server of its own.</param>
    /// <exception cref="IOException">There is less.</exception>
    public static void Require(DirectoryInfo folder, long sizeBytes, bool isGenerated, bool hasServer)
    {
        var disk = new DriveInfo(folder.FullName);
        var needed = (isGenerated ? sizeBytes : 0)
            + (hasServer ? sizeBytes + (sizeBytes / DemoRun.DuplicateInterval) + DiskSpace.DefaultFloorOf(disk) : 0);
        if (disk.AvailableFreeSpace < needed)
        {
            throw new IOException(
                $"The demo needs {ByteCount.Format(needed)} of free space in {folder.FullName}, which has "
                + $"{ByteCount.Format(disk.AvailableFreeSpace)}. Name a folder on another disk with --folder, or use less with --size.");
        }
    }
}
