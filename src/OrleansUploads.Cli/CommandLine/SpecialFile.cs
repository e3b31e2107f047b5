using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Devices, pipes and sockets, which the base library takes for files.</summary>
internal static class SpecialFile
{
    /// <summary>Whether a path leads to one. Only Linux tells.</summary>
    public static bool Exists(string path) => File.Exists(path)
        && FileStatus.IsSupported
        && FileStatus.ReadAt(path, FileStatus.Type, out var status) == 0
        && !status.IsRegular;
}
