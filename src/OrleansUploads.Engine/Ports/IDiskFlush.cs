using Microsoft.Win32.SafeHandles;

namespace OrleansUploads.Engine.Ports;

/// <summary>The calls that make files and directories durable. Everything outside SQLite that must survive a power cut goes through
/// this interface, so that tests can fail or skip a flush.</summary>
/// <remarks>All members may be called concurrently.</remarks>
public interface IDiskFlush
{
    /// <summary>Makes the content and length of a file durable. Its name is durable only after its directory is flushed.</summary>
    /// <param name="file">The file, open for writing.</param>
    /// <param name="path">Full path of the file, for messages.</param>
    /// <returns>0, or the error number of the operating system. After an error it is unknown which bytes are durable.</returns>
    int FlushFile(SafeFileHandle file, string path);

    /// <summary>Makes the names in a directory durable, including earlier removals of names.</summary>
    /// <param name="path">Full path of the directory.</param>
    /// <returns>0, or the error number of the operating system. After an error it is unknown which names are durable.</returns>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="IOException">The directory could not be opened, so no flush was attempted.</exception>
    int FlushDirectory(string path);
}
