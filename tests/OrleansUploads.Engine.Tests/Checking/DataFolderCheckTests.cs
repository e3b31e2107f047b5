using System.Globalization;
using System.Text;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A check of a data folder names each kind of damage, with the file and the archive or upload that it affects.</summary>
public sealed class DataFolderCheckTests : IClassFixture<AcknowledgedData>, IDisposable
{
    private readonly AcknowledgedData _acknowledged;
    private readonly TemporaryFolder _folder = new();
    private readonly List<Orphan> _orphans = [];

    public DataFolderCheckTests(AcknowledgedData acknowledged)
    {
        _acknowledged = acknowledged;
        acknowledged.CopyTo(_folder.Data);
    }

    private string Journal => InFolder("journal.db");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_undamaged_folder_is_sound_and_all_of_it_was_read(bool deep)
    {
        var (damage, tally) = await CheckAsync(_folder.Data, new CheckOptions { Deep = deep });

        Assert.Empty(damage);
        Assert.Equal((1, 1, 5, 0), (tally.Archives, tally.OpenUploads, tally.Parts, tally.Orphans));
        Assert.Equal((4 * TreeHash.LeafBytes) + 7, tally.PartBytes);
    }

    [Fact]
    public async Task A_folder_after_a_crash_is_sound()
    {
        var (damage, tally) = await CheckAsync(_acknowledged.Crashed, new CheckOptions { Deep = true });

        Assert.Empty(damage);
        Assert.Equal((1, 1), (tally.Archives, tally.OpenUploads));
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
        await using (var engine = FolderEngine.Open(_folder.Data, TimeProvider.System))
        {
            (_, later) = await AcknowledgedData.StoreArchiveAsync(engine, seed: 3);
        }

        Directory.Delete(InFolder("parts"), recursive: true);
        AcknowledgedData.Copy(Path.Combine(_acknowledged.Crashed, "parts"), InFolder("parts"));

        Assert.Equal(later, Assert.Single(await CheckAsync()).Archive);
    }

    [Theory]
    [InlineData("part-stored.1")]
    [InlineData("upload-paged.1")]
    public async Task A_flipped_bit_in_a_history_is_reported_as_such_and_where_other_entities_refer_to_it(string eventName)
    {
        foreach (var at in Find(Journal, eventName))
        {
            Flip(Journal, at);
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
    public async Task A_flipped_bit_in_every_copy_of_an_upload_ID_that_is_in_use_is_reported()
    {
        var copies = Find(Journal, _acknowledged.Open.ToString());
        var harmless = 0;
        foreach (var at in copies)
        {
            Flip(Journal, at + 30);
            harmless += (await CheckAsync()).Count == 0 ? 1 : 0;
            Flip(Journal, at + 30);
        }

        // The ID is in the table, in its index and in the records of the upload, its page and its vault. SQLite leaves old bytes in pages
        // that it has freed or moved.
        Assert.InRange(copies.Count, 5, 30);
        Assert.InRange(harmless, 0, 2);
    }

    [Fact]
    public async Task A_journal_that_lost_acknowledged_changes_is_reported()
    {
        var crashed = _folder.File("crashed");
        AcknowledgedData.Copy(_acknowledged.Crashed, crashed);
        var log = Path.Combine(crashed, "journal.db-wal");
        Cut(log, new FileInfo(log).Length / 2);

        Assert.Contains((await CheckAsync(crashed, new CheckOptions())).Damage, found =>
            found.Kind == DamageKind.Journal && found.What.Contains("were acknowledged", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_journal_is_damage_and_a_folder_that_never_had_one_cannot_be_checked()
    {
        File.Delete(Journal);

        var missing = Assert.Throws<JournalDamagedException>(() => Open(_folder.Data, new CheckOptions()));
        Assert.Contains("journal.db is missing", missing.Message, StringComparison.Ordinal);
        var other = Assert.ThrowsAny<IOException>(() => Open(_folder.Path, new CheckOptions()));
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

        var (damage, tally) = await CheckAsync(_folder.Data, new CheckOptions { ReadKeys = () => keys });

        Assert.Equal((keys, 1), (Assert.Single(damage), tally.Damaged));
    }

    private async Task<IReadOnlyList<Damage>> CheckAsync()
    {
        _orphans.Clear();
        return (await CheckAsync(_folder.Data, new CheckOptions { OnOrphan = _orphans.Add })).Damage;
    }

    private static async Task<(IReadOnlyList<Damage> Damage, CheckTally Tally)> CheckAsync(string folder, CheckOptions options)
    {
        var damage = new List<Damage>();
        using var opened = Open(folder, options with { OnDamage = damage.Add });
        var tally = await opened.Check.RunAsync(CheckPosition.Start, default);
        Assert.Equal(damage.Count, tally.Damaged);
        return (damage, tally);
    }

    private static DataFolderCheck Open(string folder, CheckOptions options) =>
        DataFolderCheck.Open(folder, parts: null, options, TimeProvider.System);

    private void AssertReported(
        IReadOnlyList<Damage> damage, DamageKind kind, string path, ArchiveId? archive, UploadId upload)
    {
        var file = Path.GetRelativePath(_folder.Data, path).Replace('\\', '/');
        var found = Assert.Single(damage, found => found.File == file);
        Assert.Equal((kind, Some.Vault, archive, upload), (found.Kind, found.Vault, found.Archive, found.Upload));
    }

    private string InFolder(string name) => Path.Combine(_folder.Data, name);

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
                Flip(file, long.Parse(offset, CultureInfo.InvariantCulture));
                break;
            case ["cut", var bytes]:
                Cut(file, long.Parse(bytes, CultureInfo.InvariantCulture));
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

    /// <summary>Flips one bit. A negative offset counts from the end.</summary>
    private static void Flip(string file, long offset)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Position = offset < 0 ? stream.Length + offset : offset;
        var value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 0x04));
    }

    private static void Cut(string file, long bytes)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.SetLength(Math.Max(0, stream.Length - bytes));
    }

    /// <summary>The offsets of a text in a file.</summary>
    private static List<long> Find(string file, string text)
    {
        var (bytes, pattern) = (File.ReadAllBytes(file), Encoding.UTF8.GetBytes(text));
        var found = new List<long>();
        for (var at = 0; bytes.AsSpan(at).IndexOf(pattern) is >= 0 and var next; at = (int)found[^1] + 1)
        {
            found.Add(at + next);
        }

        return found;
    }
}
