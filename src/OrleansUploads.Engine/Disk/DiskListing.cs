using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>Lists the content of the part store's directories.</summary>
internal static class DiskListing
{
    /// <summary>Returns the next uploads in a fan-out directory.</summary>
    /// <param name="paths">The directories; continues at the current position.</param>
    /// <param name="fanOut">Number of the fan-out directory.</param>
    /// <param name="limit">Maximum number of uploads. Fewer are returned only at the end.</param>
    public static List<UploadId> TakeUploads(IEnumerator<string> paths, int fanOut, int limit)
    {
        var uploads = new List<UploadId>();
        while (uploads.Count < limit && paths.MoveNext())
        {
            if (DiskLayout.TryParseUpload(Path.GetFileName(paths.Current), fanOut, out var upload))
            {
                uploads.Add(upload);
            }
        }

        return uploads;
    }

    /// <summary>Lists the attempts in an upload's directory; none if the directory does not exist.</summary>
    public static List<AttemptId> ListAttempts(string directory) => [.. ListFiles(directory).Select(file => file.Attempt)];

    /// <summary>Returns the files in an upload's directory that are named like attempts; none if the directory does not exist.</summary>
    public static List<(AttemptId Attempt, string Path)> ListFiles(string directory)
    {
        var files = new List<(AttemptId, string)>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                if (DiskLayout.TryParseAttempt(Path.GetFileName(path.AsSpan()), out var attempt))
                {
                    files.Add((attempt, path));
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // The upload has no stored attempts.
        }

        return files;
    }

    /// <summary>Derives the lengths of attempts from the lengths of their files. Files that do not exist any more are left out.</summary>
    public static List<ListedAttempt> Measure(ReadOnlySpan<(AttemptId Attempt, string Path)> files)
    {
        var attempts = new List<ListedAttempt>(files.Length);
        foreach (var (attempt, path) in files)
        {
            try
            {
                if (AttemptFooter.LengthIn(new FileInfo(path).Length) is { } lengthBytes)
                {
                    attempts.Add(new ListedAttempt(attempt, lengthBytes));
                }
            }
            catch (IOException error) when (error is DirectoryNotFoundException or FileNotFoundException)
            {
                // The attempt was deleted meanwhile.
            }
        }

        return attempts;
    }
}
