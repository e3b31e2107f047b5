using OrleansUploads.EndToEnd.Tests.Documents;

namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>The recipe "Deal with a full disk" of docs/howto.md frees a disk that is really full.</summary>
[Campaign]
public sealed class FullDiskRecipeTests : IDisposable
{
    private const string Upload = "orleans-uploads upload holiday.tar --vault photos\n";
    private const int DiskMebibytes = 400;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _home = new();
    private readonly TemporaryFolder _image = new();

    public void Dispose()
    {
        _home.Dispose();
        _image.Dispose();
    }

    [Fact]
    public async Task The_recipe_frees_a_disk_that_another_program_has_filled()
    {
        var howto = CommandDocument.Read("docs/howto.md");
        var recipe = howto.Sections["Deal with a full disk"];
        Assert.Contains(Upload, recipe, StringComparison.Ordinal);

        // The recipe's own upload is done before the disk is full.
        var commands = $$"""
            {{howto.Preamble}}
            {{Upload}}
            dd if=/dev/zero of=uploads/other bs=1M 2> /dev/null || true
            {{recipe.Replace(Upload, "", StringComparison.Ordinal)}}
            echo "archives left: $(orleans-uploads archive list --vault photos --quiet | wc -l)"
            rm uploads/other
            {{Upload}}
            stop_server
            """;
        await using var disk = await SmallDisk.MountExt4Async(Path.Combine(_home.Path, "uploads"), _image.File("image"), DiskMebibytes);
        var shell = new DocumentShell(_home);
        await shell.InstallAsync();

        var output = await shell.RunAsync(commands, TimeLimit);

        Assert.Contains("\"problems\":{\"space\":\"disk full\"}", output, StringComparison.Ordinal);
        Assert.Contains("archives left: 0", output, StringComparison.Ordinal);
    }
}
