namespace OrleansUploads.Engine.Tests.DataFolders;

/// <summary>Copies of the bytes of a data folder, which share with an earlier backup what has not changed.</summary>
public sealed class BackupPartsTests : TestWithFolder
{
    private const string Part = "parts/aa/upload/1.part";
    private const string Manifest = "parts/aa/upload/manifest";

    private int _calls;

    [Fact]
    public async Task Files_that_an_earlier_backup_has_are_shared_and_those_that_have_changed_are_copied()
    {
        Assert.SkipUnless(FileStatus.IsSupported, "Only Linux counts the names of a file here.");
        Write(Part, "part");
        Write(Manifest, "one");
        var first = await CopyAsync("first", earlier: null);
        Write(Manifest, "two", age: TimeSpan.FromHours(-1));
        Write("parts/bb/other/2.part", "other");
        var second = await CopyAsync("second", earlier: "first");

        Assert.Equal((2, 7, 7), (first.Files, first.Bytes, first.CopiedBytes));
        Assert.Equal((3, 12, 8), (second.Files, second.Bytes, second.CopiedBytes));
        Assert.Equal(5, _calls);
        Assert.Equal(("one", "two"), (Read("first", Manifest), Read("second", Manifest)));
        Assert.Equal("part", Read("second", Part));
        Assert.Equal("other", Read("second", "parts/bb/other/2.part"));
        Assert.Equal((2u, 1u, 1u), (CountNames("second", Part), CountNames("second", Manifest), CountNames("data", Part)));
    }

    [Fact]
    public async Task A_link_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        Write(Part, "part");
        File.CreateSymbolicLink(Folder.File("data/parts/aa/link"), "/etc/passwd");

        var refused = await Assert.ThrowsAsync<IOException>(() => CopyAsync("first", earlier: null));

        Assert.Contains("parts/aa/link is a link", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_whose_bytes_are_elsewhere_has_nothing_to_copy()
    {
        Directory.CreateDirectory(Folder.File("data"));

        Assert.Equal(0, (await CopyAsync("first", earlier: null)).Files);
    }

    private async Task<BackupParts> CopyAsync(string backup, string? earlier)
    {
        Directory.CreateDirectory(Folder.File(backup));
        var parts = new BackupParts(Folder.File("data"), Folder.File(backup), earlier is null ? null : Folder.File(earlier), _ =>
        {
            _calls++;
            return Task.CompletedTask;
        });
        await parts.CopyAsync(CancellationToken.None);
        return parts;
    }

    private void Write(string path, string text, TimeSpan age = default)
    {
        var file = Folder.File($"data/{path}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) + age);
    }

    private string Read(string folder, string path) => File.ReadAllText(Folder.File($"{folder}/{path}"));

    private uint CountNames(string folder, string path)
    {
        Assert.Equal(0, FileStatus.ReadAt(Folder.File($"{folder}/{path}"), FileStatus.Names, out var status));
        return status.NameCount;
    }
}
