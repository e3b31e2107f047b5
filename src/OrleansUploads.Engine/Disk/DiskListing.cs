using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>What the directories of the part store hold.</summary>
internal static class DiskListing
{
    /// <summary>The next uploads among the directories of a fan-out directory.</summary>
    /// <param name="paths">The directories; goes on where it was.</param>
    /// <param name="fanOut">Number of the fan-out directory.</param>
    /// <param name="limit">Most uploads to take; fewer at the end only.</param>
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

    /// <summary>The attempts in an upload's directory; none where there is no directory.</summary>
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
            // Nothing is stored, which is what an empty list says.
        }

        return attempts;
    }

    /// <summary>The attempts in an upload's directory with the lengths that their files say; none where there is no directory.
    /// </summary>
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
            // The upload is being deleted. What it still had does not count.
        }

        return attempts;
    }
}
