using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.Serving;

/// <summary>Says why a data folder could not be created. The system says of <c>/proc/data</c> that this file does not exist.</summary>
internal static class NewFolder
{
    /// <summary>Opens a folder, and creates it if it is missing.</summary>
    /// <param name="folder">The folder that <c>--data</c> names.</param>
    /// <param name="open">Opens it.</param>
    /// <exception cref="IOException">It could not be created.</exception>
    public static T Open<T>(string folder, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && !Directory.Exists(folder))
        {
            throw new IOException(
                $"The data folder {folder} cannot be created: {Describe(fault, FindParent(folder))}. Name another folder with --data.", fault);
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
