using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>Compares the files of the part store with the ledger. No owned file may be missing, and no unowned file may
/// remain.</summary>
internal sealed class StoredFiles(string dataFolder, Ledger ledger)
{
    private const string Manifest = "manifest";

    /// <summary>Lists the missing and the unowned files, one sentence each.</summary>
    public IReadOnlyList<string> FindFaults()
    {
        try
        {
            return FindFaultsNow();
        }
        catch (IOException changing) when (changing is FileNotFoundException or DirectoryNotFoundException)
        {
            return [$"The collector is still deleting files: {changing.Message}"];
        }
    }

    private List<string> FindFaultsNow()
    {
        var faults = new List<string>();
        var missing = ledger.Uploads
            .Where(upload => IsLive(upload) && OwnedParts(upload).Count > 0)
            .Select(upload => upload.Id)
            .ToHashSet();
        var missingSingles = ledger.SingleArchives.Where(archive => archive is { Id: not null, Deleted: false }).ToHashSet();
        var uploads = ledger.Uploads.ToDictionary(upload => upload.Id);
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(dataFolder, "parts"))
            .SelectMany(Directory.EnumerateDirectories))
        {
            var id = Path.GetFileName(folder);
            var files = Directory.GetFiles(folder);
            if (uploads.TryGetValue(id, out var upload))
            {
                missing.Remove(id);
                faults.AddRange(FindFaults(upload, files));
            }
            else if (FindSingle(id, files) is { } single)
            {
                missingSingles.Remove(single);
            }
            else if (files.Length > 0)
            {
                faults.Add($"No upload or archive owns {string.Join(", ", files)}.");
            }
        }

        faults.AddRange(missing.Select(id => $"The files of {uploads[id]} are missing."));
        faults.AddRange(missingSingles.Select(archive => $"The files of {archive} are missing."));
        return faults;
    }

    private static bool IsLive(KnownUpload upload) =>
        upload.Stage == UploadStage.Open || upload is { Stage: UploadStage.Completed, Archive.Deleted: false };

    private static List<PartContent> OwnedParts(KnownUpload upload) =>
        [.. upload.Parts.Where(part => part.Acknowledged is not null).Select(part => part.Acknowledged!)];

    private static IEnumerable<string> FindFaults(KnownUpload upload, string[] files)
    {
        if (upload is { Stage: UploadStage.Completed, Archive.Deleted: true })
        {
            // The bytes of a deleted archive may stay for a day, for jobs that finished before the deletion.
            yield break;
        }

        var attempts = files.Where(file => Path.GetFileName(file) != Manifest).ToList();
        if (attempts.Count < files.Length != (upload.Stage == UploadStage.Completed))
        {
            yield return $"{upload} {(attempts.Count < files.Length ? "has a manifest although it is not complete" : "has no manifest")}.";
        }

        foreach (var part in IsLive(upload) ? OwnedParts(upload) : [])
        {
            var owned = attempts.Find(file => StartsWith(file, part));
            if (owned is null)
            {
                yield return $"{upload} lacks the file of a part of {part.LengthBytes} bytes.";
            }
            else
            {
                attempts.Remove(owned);
            }
        }

        foreach (var orphan in attempts)
        {
            yield return $"{upload} does not own {orphan}.";
        }
    }

    /// <summary>Finds the archive, uploaded in one request, that a folder belongs to. If the request was not answered, its upload
    /// owns the files until it expires.</summary>
    private KnownArchive? FindSingle(string folder, string[] files)
    {
        if (!UploadId.TryParse(folder, out var upload))
        {
            return null;
        }

        return ledger.SingleArchives.FirstOrDefault(archive =>
            archive.Id is not null && archive.Id == ArchiveId.Derive(upload, archive.SizeBytes, archive.TreeHash).ToString()
            || archive.Id is null && files is { Length: 1 or 2 } && files.Any(file => StartsWith(file, archive.Parts[0])));
    }

    /// <summary>Whether a file starts with this content. A part file ends with its hashes.</summary>
    private static bool StartsWith(string path, PartContent content)
    {
        using var file = File.OpenRead(path);
        if (file.Length < content.LengthBytes)
        {
            return false;
        }

        var bytes = new byte[content.LengthBytes];
        file.ReadExactly(bytes);
        return TreeHasher.Compute(bytes) == content.TreeHash;
    }
}
