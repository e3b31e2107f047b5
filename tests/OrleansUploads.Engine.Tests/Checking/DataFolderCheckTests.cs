using System.Globalization;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A check of a data folder names each kind of damage, with the file and the archive or upload that it affects.</summary>
public sealed class DataFolderCheckTests : TestWithFolder, IClassFixture<AcknowledgedData>
{
    private readonly AcknowledgedData _acknowledged;
    private readonly List<Orphan> _orphans = [];

    public DataFolderCheckTests(AcknowledgedData acknowledged)
    {
        _acknowledged = acknowledged;
        FileDamage.CopyFolder(acknowledged.Closed, Folder.Data);
    }

    private string Journal => InFolder("journal.db");

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task An_undamaged_folder_is_sound_after_a_crash_too_and_all_of_it_was_read(bool hasCrashed, bool deep)
    {
        var (damage, tally) = await FolderCheck.RunAsync(
            hasCrashed ? _acknowledged.Crashed : Folder.Data, new CheckOptions { Deep = deep });

        Assert.Empty(damage);
        Assert.Equal((1, 1, 5, 0), (tally.Archives, tally.OpenUploads, tally.Parts, tally.Orphans));
        Assert.Equal((4 * TreeHash.LeafBytes) + 7, tally.PartBytes);
    }

    [Theory]
    [InlineData("flip 0")]
    [InlineData("flip 700000")]
    [InlineData("flip -1")]
    [InlineData("flip -30")]
    [InlineData("cut 1")]
    [InlineData("cut 100000")]
    [InlineData("cut 2000000")]
    [InlineData("append")]
    [InlineData("swap")]
    [InlineData("delete")]
    [Promise("operations.md", "a stored part is lost or damaged before its upload is complete")]
    public async Task Damage_to_a_part_is_reported_with_its_archive_or_upload(string change)
    {
        var (archivePart, uploadPart) = (PartOf(_acknowledged.Completed), PartOf(_acknowledged.Open));
        Change(archivePart, change);
        Change(uploadPart, change);

        var damage = await CheckAsync();

        Assert.Equal(2, damage.Count);
        AssertReported(damage, DamageKind.Part, archivePart, _acknowledged.Archive, _acknowledged.Completed);
        AssertReported(damage, DamageKind.Part, uploadPart, archive: null, _acknowledged.Open);
    }

    [Theory]
    [InlineData("flip 3")]
    [InlineData("flip 120")]
    [InlineData("flip -1")]
    [InlineData("cut 1")]
    [InlineData("append")]
    [InlineData("delete")]
    public async Task Damage_to_a_manifest_is_reported_with_its_archive(string change)
    {
        var manifest = Assert.Single(Directory.GetFiles(InFolder("parts"), "manifest", SearchOption.AllDirectories));
        Change(manifest, change);

        AssertReported(
            [Assert.Single(await CheckAsync())], DamageKind.Manifest, manifest, _acknowledged.Archive, _acknowledged.Completed);
    }

    [Fact]
    public async Task A_missing_parts_folder_is_reported_for_every_archive_and_every_part_of_an_upload()
    {
        Directory.Delete(InFolder("parts"), recursive: true);

        var damage = await CheckAsync();

        Assert.Equal(3, damage.Count);
        Assert.Single(damage, found => (found.Kind, found.Archive) == (DamageKind.Manifest, _acknowledged.Archive));
        Assert.Equal(2, damage.Count(found => (found.Kind, found.Upload) == (DamageKind.Part, _acknowledged.Open)));
        Assert.False(Directory.Exists(InFolder("parts")), "The check created the folder 'parts'; it must not create anything.");
    }

    [Fact]
    public async Task An_archive_that_is_missing_from_an_older_parts_folder_is_reported()
    {
        ArchiveId later;
        await using (var engine = FolderEngine.Open(Folder.Data, TimeProvider.System))
        {
            (_, later) = await AcknowledgedData.StoreArchiveAsync(engine, seed: 3);
        }

        Directory.Delete(InFolder("parts"), recursive: true);
        FileDamage.CopyFolder(Path.Combine(_acknowledged.Crashed, "parts"), InFolder("parts"));

        Assert.Equal(later, Assert.Single(await CheckAsync()).Archive);
    }

    [Theory]
    [InlineData("part-stored.1")]
    [InlineData("vault-begun.1")]
    public async Task A_flipped_bit_in_a_history_is_reported_as_such_and_where_other_entities_refer_to_it(string eventName)
    {
        foreach (var at in FileDamage.Find(File.ReadAllBytes(Journal), eventName))
        {
            FileDamage.Flip(Journal, at, bits: 0x04);
        }

        var damage = await CheckAsync();

        Assert.Contains(damage, found => found.Kind == DamageKind.Index && found.Vault == Some.Vault);
        if (eventName == "part-stored.1")
        {
            Assert.Contains(damage, found => (found.Kind, found.Upload) == (DamageKind.History, _acknowledged.Open));
            Assert.Contains(damage, found => (found.Kind, found.Archive) == (DamageKind.Index, _acknowledged.Archive));
        }
        else
        {
            Assert.Contains(damage, found => (found.Kind, found.Vault) == (DamageKind.History, Some.Vault));
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_a_list_of_uploads_is_reported_once_with_its_vault()
    {
        // SQLite leaves old bytes in pages that it has freed or moved, so a copy may be none of the record.
        foreach (var at in FileDamage.Find(File.ReadAllBytes(Journal), "listed-upload-added.1"))
        {
            FileDamage.Flip(Journal, at, bits: 0x04);
        }

        var found = Assert.Single(await CheckAsync());

        Assert.Equal((DamageKind.History, Some.Vault), (found.Kind, found.Vault));
        Assert.Contains("KeyLeaf/", found.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_bit_in_every_copy_of_an_upload_ID_that_is_in_use_is_reported()
    {
        var copies = FileDamage.Find(File.ReadAllBytes(Journal), _acknowledged.Open.ToString());
        var harmless = 0;
        foreach (var at in copies)
        {
            FileDamage.Flip(Journal, at + 30, bits: 0x04);
            harmless += (await CheckAsync()).Count == 0 ? 1 : 0;
            FileDamage.Flip(Journal, at + 30, bits: 0x04);
        }

        // The ID is in the table, in its index, and in the records of the upload and of the leaf that lists it. SQLite leaves old bytes in
        // pages that it has freed or moved.
        Assert.InRange(copies.Count, 4, 30);
        Assert.InRange(harmless, 0, 2);
    }

    [Fact]
    public async Task A_journal_that_lost_acknowledged_changes_is_reported()
    {
        var crashed = Folder.File("crashed");
        FileDamage.CopyFolder(_acknowledged.Crashed, crashed);
        var log = Path.Combine(crashed, "journal.db-wal");
        FileDamage.Cut(log, new FileInfo(log).Length / 2);

        Assert.Contains((await FolderCheck.RunAsync(crashed, new CheckOptions())).Damage, found =>
            found.Kind == DamageKind.Journal && found.What.Contains("were acknowledged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_journal_is_damage_and_a_folder_that_never_had_one_cannot_be_checked()
    {
        File.Delete(Journal);

        var missing = await Assert.ThrowsAsync<JournalDamagedException>(() => CheckAsync());
        Assert.Contains("journal.db is missing", missing.Message, StringComparison.Ordinal);
        var other = await Assert.ThrowsAnyAsync<IOException>(() => FolderCheck.RunAsync(Folder.Path, new CheckOptions()));
        Assert.Contains("is not a data folder", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_nothing_refers_to_are_listed_and_are_not_damage()
    {
        var extra = Path.Combine(FolderOf(_acknowledged.Open), new string('0', 32) + ".part");
        await File.WriteAllTextAsync(extra, "half a part");

        Assert.Empty(await CheckAsync());

        Assert.Equal((_acknowledged.Open, 1), (Assert.Single(_orphans).Upload, _orphans[0].Attempts));
        Assert.True(File.Exists(extra), $"The check deleted {extra}; it must not delete anything.");
    }

    [Fact]
    public async Task Damage_of_the_file_of_key_pairs_is_counted_like_any_other()
    {
        var keys = new Damage(DamageKind.Keys, "unreadable");

        var (damage, tally) = await FolderCheck.RunAsync(Folder.Data, new CheckOptions { ReadKeys = () => keys });

        Assert.Equal((keys, 1), (Assert.Single(damage), tally.Damaged));
    }

    private async Task<IReadOnlyList<Damage>> CheckAsync()
    {
        _orphans.Clear();
        return (await FolderCheck.RunAsync(Folder.Data, new CheckOptions { OnOrphan = _orphans.Add })).Damage;
    }

    private void AssertReported(
        IReadOnlyList<Damage> damage, DamageKind kind, string path, ArchiveId? archive, UploadId upload)
    {
        var file = Path.GetRelativePath(Folder.Data, path).Replace('\\', '/');
        var found = Assert.Single(damage, found => found.File == file);
        Assert.Equal((kind, Some.Vault, archive, upload), (found.Kind, found.Vault, found.Archive, found.Upload));
    }

    private string InFolder(string name) => Path.Combine(Folder.Data, name);

    private string FolderOf(UploadId upload) =>
        Assert.Single(Directory.GetDirectories(InFolder("parts"), upload.ToString(), SearchOption.AllDirectories));

    private string PartOf(UploadId upload) => PartsIn(FolderOf(upload))[0];

    private static IReadOnlyList<string> PartsIn(string folder) =>
        [.. Directory.GetFiles(folder, "*.part").Order(StringComparer.Ordinal)];

    /// <summary>Changes a file: flips the bit at an offset, cuts bytes off, appends some, replaces it by its neighbour, or deletes it.</summary>
    private static void Change(string file, string change)
    {
        switch (change.Split(' '))
        {
            case ["flip", var offset]:
                FileDamage.Flip(file, long.Parse(offset, CultureInfo.InvariantCulture), bits: 0x04);
                break;
            case ["cut", var bytes]:
                FileDamage.Cut(file, long.Parse(bytes, CultureInfo.InvariantCulture));
                break;
            case ["append"]:
                File.AppendAllText(file, "more");
                break;
            case ["swap"]:
                File.Copy(PartsIn(Path.GetDirectoryName(file)!)[1], file, overwrite: true);
                break;
            case ["delete"]:
                File.Delete(file);
                break;
            default:
                throw new ArgumentException(change);
        }
    }
}
