using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.CommandLine;

/// <summary>Explains why a folder could not be created. The system's own message can mislead: for <c>/proc/data</c> it is that this
/// file does not exist.</summary>
internal static class NewFolder
{
    /// <summary>Opens a folder, and creates it if it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="option">The option that names it.</param>
    /// <param name="open">Creates and opens it.</param>
    /// <exception cref="IOException">It could not be created.</exception>
    public static T Open<T>(string folder, string option, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && !Directory.Exists(folder))
        {
            throw new IOException(
                $"The folder {folder} cannot be created: {Describe(fault, FindParent(folder))}. Name another one with {option}.", fault);
        }
    }

    private static string Describe(Exception fault, string parent) => fault switch
    {
        UnauthorizedAccessException => $"you may not write to {parent}",
        FileNotFoundException or DirectoryNotFoundException => $"{parent} takes no new folders",
        _ => FaultText.Describe(fault).TrimEnd('.'),
    };

    /// <summary>The nearest folder above that exists.</summary>
    private static string FindParent(string folder)
    {
        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder));
        return parent is null || Directory.Exists(parent) ? parent ?? folder : FindParent(parent);
    }
}
