using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Devices, pipes and sockets, which the base library takes for files.</summary>
internal static class SpecialFile
{
    /// <summary>Whether a path leads to a device, a pipe or a socket. Always false on systems other than Linux.</summary>
    public static bool Exists(string path) => File.Exists(path)
        && FileStatus.IsSupported
        && FileStatus.ReadAt(path, FileStatus.Type, out var status) == 0
        && !status.IsRegular;

    /// <summary>Whether a file has bytes although the system says that its length is 0, as those in <c>/proc</c> do.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read the file.</exception>
    public static bool HasUnknownLength(string path)
    {
        using var file = File.OpenRead(path);
        return file.Length == 0 && file.ReadByte() >= 0;
    }
}
