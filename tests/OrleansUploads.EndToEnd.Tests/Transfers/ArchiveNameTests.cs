using OrleansUploads.Cli.Archives;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>Names in all alphabets: what was typed is what is listed, found and shown.</summary>
public sealed class ArchiveNameTests
{
    private static readonly string[] Pieces = ["a", "%", "C", "3", "9", "2", "5", "0", "Ü", " ", "日本", "🙂", "/", "\u0001", "\u007f", "~", "%25", "%C3", "%20"];

    [Theory]
    [InlineData("Ünïcode fête.tar", "%C3%9Cn%C3%AFcode f%C3%AAte.tar")]
    [InlineData("%C3%9C.txt", "%25C3%259C.txt")]
    [InlineData("100 %.txt", "100 %.txt")]
    [InlineData("a%41b%zz", "a%41b%zz")]
    [InlineData(" a b ", "%20a b%20")]
    [InlineData("%", "%")]
    [InlineData("%2", "%2")]
    [InlineData("%25", "%2525")]
    [InlineData("tab\t", "tab%09")]
    [InlineData("", "")]
    public void A_name_has_one_description_and_is_read_from_it(string name, string description)
    {
        Assert.Equal(description, ArchiveName.Encode(name));
        Assert.Equal(name, ArchiveName.Decode(description));
    }

    [Fact]
    public void Every_name_is_read_as_it_was_written()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var name = string.Concat(random.GetItems(Pieces, random.Next(8)));
            var description = ArchiveName.Encode(name);

            Assert.True(ArchiveName.Decode(description) == name, $"'{name}' became '{description}' and '{ArchiveName.Decode(description)}'.");
            Assert.False(description.AsSpan().ContainsAnyExceptInRange(' ', '~'), description);
        }
    }

    [Theory]
    [InlineData("%FF")]
    [InlineData("%C3.txt")]
    [InlineData("50%")]
    [InlineData("Grüße %C3%9C")]
    public void A_description_that_is_no_such_name_is_its_own_name(string description) => Assert.Equal(description, ArchiveName.Decode(description));

    [Theory]
    [InlineData("%C3%9C%1B[31m", "Ü%1B[31m")]
    [InlineData("a%C2%85", "a%C2%85")]
    [InlineData("%E2%80%AEcod.exe", "%E2%80%AEcod.exe")]
    [InlineData(null, "")]
    public void Characters_that_act_on_a_terminal_are_not_shown(string? description, string shown) => Assert.Equal(shown, ArchiveName.Show(description));

    [Theory]
    [InlineData("./x", "x")]
    [InlineData("a//b/./c", "a/b/c")]
    [InlineData("/a/../b", "/a/../b")]
    [InlineData("../x", "../x")]
    public void A_path_is_named_as_it_was_given_without_what_says_nothing(string path, string name) => Assert.Equal(name, ArchiveName.OfPath(path));

    [Fact]
    public void A_name_that_is_too_long_is_refused()
    {
        Assert.Equal(1024, ArchiveName.Encode(new string('a', 1024)).Length);
        var refusal = Assert.Throws<ArgumentException>(() => ArchiveName.Encode(new string('ü', 171)));
        Assert.Contains("has 1,026 characters there, and may have 1,024", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Slice(1)]
    public async Task What_was_typed_is_listed_found_and_shown()
    {
        await using var place = await Workplace.ShareAsync();
        Directory.CreateDirectory(place.File("t"));
        var typed = place.Create("t/Ünïcode fête.tar", 10);
        foreach (var name in (string[])["Ü.txt", "%C3%9C.txt", "日本語"])
        {
            place.Create($"t/{name}", 20);
        }

        var shell = await CommandLine.RunInShellAsync(
            $"cd '{place.File("t")}' && orleans-uploads upload 'Ünïcode fête.tar' --vault photos -q && orleans-uploads upload . -d t --vault photos -q",
            place.Environment);
        Assert.Equal(5, shell.Expect().Lines.Count);
        (await place.RunInVaultAsync("upload", typed, "-d", "Grüße", "-q")).Expect();
        using var client = place.Connect();
        await client.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB, "f%C3%AAte");

        var table = (await place.RunInVaultAsync("archive", "list")).Expect().Lines;
        string[] names = ["NAME", "Ünïcode fête.tar", "t/%C3%9C.txt", "t/Ü.txt", "t/Ünïcode fête.tar", "t/日本語", "Grüße"];
        Assert.Equal(names.Order(StringComparer.Ordinal), table.Select(static line => line.Split("  ")[0]).Order(StringComparer.Ordinal));
        Assert.Single((await place.RunInVaultAsync("archive", "list", "--name", "Ü*", "-q")).Expect().Lines);
        var listed = JsonElement.Parse((await place.RunInVaultAsync("archive", "list", "--name", "Gr*", "--json")).Expect().Output);
        Assert.Equal(("Grüße", "Gr%C3%BC%C3%9Fe"), (listed.GetProperty("name").GetString(), listed.GetProperty("description").GetString()));
        var uploads = (await place.RunInVaultAsync("uploads", "list")).Expect().Lines;
        Assert.Equal(["NAME", "fête"], uploads.Select(static line => line.Split("  ")[0]));

        (await place.RunInVaultAsync("download", "Ünïcode fête.tar", "-o", place.File("back"), "-q")).Expect();
        Assert.Equal(10, new FileInfo(place.File("back")).Length);
        (await place.RunInVaultAsync("download", "--name", "t/*", "-o", place.File("all"), "-q")).Expect();
        Assert.Equal(
            Directory.GetFiles(place.File("t")).Select(Path.GetFileName).Order(), Directory.GetFiles(place.File("all/t")).Select(Path.GetFileName).Order());

        var tooLong = place.Create(new string('x', 200), 10);
        (await place.RunInVaultAsync("upload", tooLong, "-d", new string('ü', 200))).ExpectOneLine(2, "1,200 characters", "--description");
    }
}
