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
    public static List<AttemptId> ListAttempts(string directory)
    {
        var attempts = new List<AttemptId>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                if (DiskLayout.TryParseAttempt(Path.GetFileName(path.AsSpan()), out var attempt))
                {
                    attempts.Add(attempt);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // The upload has no stored attempts.
        }

        return attempts;
    }

    /// <summary>Lists the attempts in an upload's directory with their lengths, derived from the file lengths; none if the
    /// directory does not exist.</summary>
    public static List<ListedAttempt> ListStored(string directory)
    {
        var attempts = new List<ListedAttempt>();
        try
        {
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
            {
                if (DiskLayout.TryParseAttempt(file.Name, out var attempt)
                    && AttemptFooter.LengthIn(file.Length) is { } lengthBytes)
                {
                    attempts.Add(new ListedAttempt(attempt, lengthBytes));
                }
            }
        }
        catch (IOException error) when (error is DirectoryNotFoundException or FileNotFoundException)
        {
            // The upload is being deleted, so its remaining attempts do not count.
        }

        return attempts;
    }
}
