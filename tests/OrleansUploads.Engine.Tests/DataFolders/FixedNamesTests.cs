using System.Runtime.InteropServices;

namespace OrleansUploads.Engine.Tests.DataFolders;

/// <summary>What another user could place in a data folder before the server uses it.</summary>
public sealed class FixedNamesTests : TestWithFolder
{
    private readonly string _folder;
    private readonly string _victim;

    public FixedNamesTests()
    {
        _folder = Folder.File("data");
        _victim = Folder.File("victim");
        Directory.CreateDirectory(Path.Combine(_folder, DataFolder.PartsFolder, "ab"));
        Directory.CreateDirectory(Folder.File("victims"));
        File.WriteAllText(_victim, "not yours");
    }

    public static TheoryData<string> Names => [.. FixedNames.All.Keys, Path.Combine(DataFolder.PartsFolder, "ab")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Links_pipes_and_files_of_other_users_are_refused_and_nothing_is_changed(string name)
    {
        var path = Path.Combine(_folder, name);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Require("symbolic link", () => File.CreateSymbolicLink(path, _victim));
        Require("symbolic link", () => File.CreateSymbolicLink(path, Folder.File("victims")));
        Require("symbolic link", () => File.CreateSymbolicLink(path, Folder.File("missing")));
        Require("pipe", () => Assert.Equal(0, MakePipe(path, 0x180)));

        Directory.CreateDirectory(path);
        FoundFile? Look(string place) => place == path ? new FoundFile(KindOf(name), FileStatus.ProcessUser + 1) : FileStatus.Look(place);
        var refusal = Assert.Throws<IOException>(() => FixedNames.RequireOwn(_folder, Look, FileStatus.ProcessUser));
        Assert.Contains($"{path} belongs to the user {FileStatus.ProcessUser + 1}", refusal.Message, StringComparison.Ordinal);

        void Require(string found, Action place)
        {
            place();
            foreach (var open in (Action[])[() => DataFolder.Open(_folder), () => InspectedDataFolder.Open(_folder)])
            {
                var refusal = Assert.Throws<IOException>(open);
                Assert.StartsWith($"{path} is a {found}", refusal.Message, StringComparison.Ordinal);
            }

            File.Delete(path);
            Assert.Equal("not yours", File.ReadAllText(_victim));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.File("victims")));
            Assert.False(Path.Exists(Folder.File("missing")));
        }
    }

    [Theory]
    [InlineData("ab")]
    [InlineData(FolderMark.FileName)]
    public void A_shared_folder_of_parts_with_links_pipes_and_files_of_other_users_is_refused_and_nothing_is_changed(string name)
    {
        var parts = Folder.File("shared");
        var path = Path.Combine(parts, name);
        Directory.CreateDirectory(parts);
        foreach (var (found, place) in new (string, Action)[]
        {
            ("symbolic link", () => File.CreateSymbolicLink(path, _victim)),
            ("symbolic link", () => File.CreateSymbolicLink(path, Folder.File("victims"))),
            ("symbolic link", () => File.CreateSymbolicLink(path, Folder.File("missing"))),
            ("pipe", () => Assert.Equal(0, MakePipe(path, 0x180))),
        })
        {
            place();
            foreach (var open in (Action[])[() => DiskPartStore.OpenShared(parts), () => DiskPartStore.OpenForReading(parts)])
            {
                Assert.StartsWith($"{path} is a {found}", Assert.Throws<IOException>(open).Message, StringComparison.Ordinal);
            }

            File.Delete(path);
            Assert.Equal("not yours", File.ReadAllText(_victim));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Folder.File("victims")));
            Assert.False(Path.Exists(Folder.File("missing")));
        }

        File.WriteAllText(path, "");
        foreach (var foreign in (string[])[path, Path.Combine(parts, ".")])
        {
            FoundFile? Look(string place) => FileStatus.Look(place) is not { } file ? null
                : file with { User = place == foreign ? file.User + 1 : file.User };
            var refusal = Assert.Throws<IOException>(() => FoundEntries.RequireOwnParts(parts, Look, FileStatus.ProcessUser));
            Assert.Contains($" belongs to the user {FileStatus.ProcessUser + 1}", refusal.Message, StringComparison.Ordinal);
        }

        FoundEntries.RequireOwnParts(parts, FileStatus.Look, FileStatus.ProcessUser);
    }

    [Fact]
    public void A_data_folder_of_another_user_is_refused()
    {
        static FoundFile? Look(string path) => FileStatus.Look(path) is { } found ? found with { User = 1000 } : null;
        FixedNames.RequireOwn(_folder, Look, user: 1000);
        foreach (var user in (uint[])[0, 1001])
        {
            var refusal = Assert.Throws<IOException>(() => FixedNames.RequireOwn(_folder, Look, user));
            Assert.StartsWith($"{_folder} belongs to the user 1000", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_root_made_for_the_server_is_used()
    {
        static FoundFile? OfRoot(string path) => FileStatus.Look(path) is { } found ? found with { User = 0 } : null;
        File.WriteAllText(Path.Combine(_folder, FixedNames.Keys), "");
        FixedNames.RequireOwn(_folder, OfRoot, user: 1000);
    }

    [Fact]
    public async Task A_server_has_a_fixed_name_for_each_entry_of_its_folder()
    {
        var folder = Folder.File("new");
        await using (DataFolder.Open(folder))
        {
            Assert.Subset(
                FixedNames.All.Keys.ToHashSet(),
                Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).ToHashSet());
        }

        await using var again = DataFolder.Open(folder);
    }

    [Fact]
    public async Task A_server_with_its_bytes_elsewhere_has_a_fixed_name_for_each_entry_of_its_folder()
    {
        var folder = Folder.File("new");
        var parts = await SharedPartStore.Named(SharedPartStore.WithConditions, Folder.Path).OpenAsync();
        await using var data = DataFolder.Open(folder, new DataFolderOptions { Parts = parts });
        await data.TakeStoreAsync(takesOver: false, Cancellation);
        Assert.Subset(
            FixedNames.All.Keys.ToHashSet(),
            Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).ToHashSet());
    }

    private static FileKind KindOf(string name) => FixedNames.All.GetValueOrDefault(name, FileKind.Folder);

    [DllImport("libc", EntryPoint = "mkfifo", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakePipe(string path, int mode);
}
