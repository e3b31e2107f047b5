using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>What users see if the server's bytes are damaged.</summary>
public sealed partial class DamagedDownloadTests
{
    private const int DamagedAt = (2 * Archives.MiB) + 70_000;

    // The server verifies so many bytes before it sends any of them.
    private const int VerifiedBytes = 128 * 1024;

    [Fact]
    [Promise("operations.md", "a byte of an archive is damaged")]
    public async Task The_command_names_the_archive_and_the_byte_at_once_and_continues_after_a_repair()
    {
        await using var place = await Workplace.OpenAsync();
        var file = place.Create("film", 4 * Archives.MiB);
        var archive = (await place.RunInVaultAsync("upload", file, "-q")).Expect().Output.Trim();
        var part = new DataFolder(place.Data).PartFile;
        DataFolder.Flip(part, DamagedAt);

        var refused = await place.RunInVaultAsync("download", archive, "-o", place.File("copy"));

        Assert.Equal(5, refused.ExitCode);
        var named = Place().Match(refused.Error);
        Assert.True(named.Success, refused.ToString());
        Assert.Equal(archive, named.Groups[1].Value);
        Assert.InRange(long.Parse(named.Groups[2].ValueSpan, CultureInfo.InvariantCulture), DamagedAt - VerifiedBytes, DamagedAt);
        Assert.DoesNotContain("does not answer", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(place.File("copy")));

        DataFolder.Flip(part, DamagedAt);
        (await place.RunInVaultAsync("download", archive, "-o", place.File("copy"), "-q")).Expect();
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(place.File("copy")));
    }

    [GeneratedRegex("Archive (.+) cannot be read from byte ([0-9]+) on: The stored bytes are damaged")]
    private static partial Regex Place();
}
