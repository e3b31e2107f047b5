using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.DataFolders;

/// <summary>The folder of a backup: copies of the journal and of the keys of a data folder.</summary>
/// <remarks>The journal gets its name when everything is copied. Until then it has another name, and its presence tells an interrupted
/// backup, which may be deleted, from a complete one.</remarks>
public static class BackupFolder
{
    /// <summary>Name of the journal while it is copied.</summary>
    internal const string Unfinished = JournalSchema.FileName + ".unfinished";
    /// <summary>Tells a copy from the folder that was copied, which has the same journal.</summary>
    internal const string Mark = "backup.mark";

    /// <summary>Fails if a folder cannot become a backup. Changes nothing.</summary>
    /// <exception cref="IOException">The folder of the backup is a file, contains a journal or keys, or is in the data folder.</exception>
    public static void RequirePlace(string folder, string backup)
    {
        if (File.Exists(backup))
        {
            throw new IOException($"{backup} is a file. Name a folder for the backup.");
        }

        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(backup)) + Path.DirectorySeparatorChar;
        if (place.StartsWith(
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new IOException($"{backup} is in the data folder {folder}. Name a folder outside of it for the backup.");
        }

        if (IsUnfinished(backup))
        {
            return;
        }

        foreach (var name in (string[])[JournalSchema.FileName, HighWaterMark.FileName, FixedNames.Keys, Mark])
        {
            var path = Path.Combine(backup, name);
            if (Path.Exists(path))
            {
                throw new IOException($"{path} already exists. Use a separate folder for each backup.");
            }
        }
    }

    /// <summary>Copies the journal of a running server and its keys into a folder and flushes them. A missing folder is created, and an
    /// interrupted backup in it is replaced. Folder and files are readable by the owner only.</summary>
    /// <exception cref="IOException">The folder of the backup has no place for one, is in use, or cannot be written.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be read at the moment.</exception>
    public static void Copy(string folder, string backup)
    {
        DurableFolder.Make(backup);
        FixedNames.RequireKinds(folder);
        FixedNames.RequireKinds(backup);
        using var hold = Hold(backup);
        RequirePlace(folder, backup);
        Clear(backup);
        Claim(backup);
        var unfinished = Path.Combine(backup, Unfinished);
        try
        {
            JournalInspection.Copy(folder, backup, unfinished);
            CopyKeys(folder, backup);
            if (FolderMark.Find(folder) is { } parts)
            {
                // The bytes stay where they are, and the copy belongs to them as the folder does.
                FolderMark.FindOrMake(backup, parts);
            }

            new FileStream(Path.Combine(backup, Mark), OwnerOnly.NewFile()).Dispose();
            SystemFlush.Instance.RequireDirectory(backup);
            File.Move(unfinished, Path.Combine(backup, JournalSchema.FileName), overwrite: false);
        }
        catch
        {
            Clear(backup);
            throw;
        }

        SystemFlush.Instance.RequireDirectory(backup);
    }

    /// <summary>Whether only the user of this process and root can have changed what is in a folder.</summary>
    public static bool IsOwn(string folder) => OperatingSystem.IsWindows()
        || (FileStatus.Look(folder) is { Kind: FileKind.Folder } found
            && (found.User == FileStatus.ProcessUser || found.User == 0)
            && (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0);

    /// <summary>Whether a folder is a backup that no server has used yet. Its journal contains the lease under which it was made.
    /// </summary>
    internal static bool IsRestored(string folder) => File.Exists(Path.Combine(folder, Mark));

    /// <summary>Records that the lease in the journal of a backup has ended.</summary>
    internal static void EndRestore(string folder, IDiskFlush flush)
    {
        File.Delete(Path.Combine(folder, Mark));
        flush.RequireDirectory(folder);
    }

    internal static void RequireFinished(string folder)
    {
        if (IsUnfinished(folder))
        {
            throw new IOException(
                $"{folder} is an unfinished backup: 'backup begin' was interrupted, or still copies the journal to it. If it was "
                + $"interrupted, run 'orleans-uploads backup begin --data DIR --to {folder}' again, with the data folder as DIR.");
        }
    }

    private static bool IsUnfinished(string backup) =>
        File.Exists(Path.Combine(backup, Unfinished)) && !Path.Exists(Path.Combine(backup, JournalSchema.FileName));

    private static FolderLock Hold(string backup)
    {
        try
        {
            return FolderLock.Take(backup);
        }
        catch (FolderInUseException fault)
        {
            throw new IOException(
                $"{backup} is in use: another 'backup begin' copies to it, or a server uses it. Use a separate folder for each backup.",
                fault);
        }
    }

    /// <summary>Marks the folder as an unfinished backup. Only then may the files be created that <see cref="Clear"/> deletes.</summary>
    private static void Claim(string backup)
    {
        new FileStream(Path.Combine(backup, Unfinished), OwnerOnly.NewFile()).Dispose();
        SystemFlush.Instance.RequireDirectory(backup);
    }

    /// <summary>Deletes the files of an unfinished backup. The one that marks it goes last, so that a crash cannot leave others that
    /// seem to be foreign.</summary>
    private static void Clear(string backup)
    {
        if (!IsUnfinished(backup))
        {
            return;
        }

        File.Delete(Path.Combine(backup, HighWaterMark.FileName));
        File.Delete(Path.Combine(backup, FixedNames.Keys));
        File.Delete(Path.Combine(backup, FolderMark.FileName));
        File.Delete(Path.Combine(backup, Mark));
        File.Delete(Path.Combine(backup, Unfinished + "-journal"));
        SystemFlush.Instance.RequireDirectory(backup);
        File.Delete(Path.Combine(backup, Unfinished));
    }

    private static void CopyKeys(string folder, string backup)
    {
        var keys = Path.Combine(folder, FixedNames.Keys);
        if (File.Exists(keys))
        {
            var copy = Path.Combine(backup, FixedNames.Keys);
            File.Copy(keys, copy);
            SystemFlush.Instance.RequireFile(copy);
        }
    }
}
