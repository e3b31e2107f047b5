using System.CommandLine;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>How a person finds archives: as a table, by name, by date, and by the beginning of an ID.</summary>
public sealed class ArchiveCommandTests
{
    [Fact]
    public async Task Archives_are_a_table_with_the_name_first_and_short_IDs()
    {
        await using var place = await Workplace.ShareAsync();
        var film = await AddAsync(place, "a film.tar", 2000);
        var photo = await AddAsync(place, "photo", 10);

        var lines = (await place.RunInVaultAsync("archive", "list")).Expect().Lines;

        Assert.Equal(3, lines.Count);
        Assert.Matches("^NAME        SIZE     CREATED               ID$", lines[0]);
        Assert.Matches($"^a film.tar  2.0 KiB  [-0-9]{{10}} [:0-9]{{8}}Z  {film[..10]}$", lines[1]);
        Assert.Matches($"^photo       10 B     [-0-9]{{10}} [:0-9]{{8}}Z  {photo[..10]}$", lines[2]);
        Assert.Equal([film, photo], (await place.RunInVaultAsync("archive", "list", "-q")).Expect().Lines);
        Assert.Equal([photo], (await place.RunInVaultAsync("archive", "list", "-q", "--name", "ph*")).Expect().Lines);
    }

    [Theory]
    [InlineData("--name film*", true)]
    [InlineData("--name film-?.tar", true)]
    [InlineData("--name film", false)]
    [InlineData("--after 2020-01-01 --name *", true)]
    [InlineData("--after 2100-01-01", false)]
    [InlineData("--after 2026-05-01T10:00Z", true)]
    [InlineData("--before 2026-05-01T10:00Z", false)]
    [InlineData("--before 2100-01-01T00:00Z", true)]
    [InlineData("--before 2020-01-01T10:30:00+02:00", false)]
    public void A_list_is_filtered_by_name_and_date(string options, bool isListed)
    {
        var filter = new ArchiveFilter();
        var command = new Command("list");
        filter.AddTo(command);
        var archive = new InventoryEntry("id", "film-1.tar", new DateTimeOffset(2026, 5, 1, 10, 0, 0, TimeSpan.Zero), 10, TreeHasher.Compute([1]));

        Assert.Equal(isListed, filter.Includes(command.Parse(options.Split(' ')), archive));
    }

    [Fact]
    public async Task A_name_that_is_as_long_as_an_ID_is_a_name()
    {
        await using var place = await Workplace.ShareAsync();
        var name = new string('x', 130) + "/a b.tar";
        await AddAsync(place, name, 30);

        (await place.RunInVaultAsync("download", name, "-o", place.File("back"), "-q")).Expect();

        Assert.Equal(30, new FileInfo(place.File("back")).Length);
        (await place.RunInVaultAsync("archive", "delete", name)).ExpectOneLine(3, "is a description");
    }

    [Fact, Campaign]
    public async Task The_newest_archive_of_a_name_is_downloaded()
    {
        await using var place = await Workplace.ShareAsync();
        await AddAsync(place, "film.tar", 10);

        // Times in an inventory are whole seconds.
        var second = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await Eventually.BecomesTrueAsync(() => DateTimeOffset.UtcNow.ToUnixTimeSeconds() > second, "the next second begins");
        var newest = await AddAsync(place, "film.tar", 20);
        await AddAsync(place, "photo", 30);

        var several = await place.RunInVaultAsync("download", "film.tar", "-o", place.File("film"));
        var only = await place.RunInVaultAsync("download", "photo", "-o", place.File("photo"), "-q");

        Assert.Equal((0, 20), (several.ExitCode, new FileInfo(place.File("film")).Length));
        Assert.Contains("has 2 archives with the description 'film.tar'. This is the newest", several.Error, StringComparison.Ordinal);
        Assert.Contains("archive list --vault photos --name film.tar", several.Error, StringComparison.Ordinal);
        only.Expect();
        Assert.Equal(30, new FileInfo(place.File("photo")).Length);
        (await place.RunInVaultAsync("download", newest[..10], "-o", place.File("again"), "-q")).Expect();
        Assert.Equal(20, new FileInfo(place.File("again")).Length);
        (await place.RunInVaultAsync("download", newest[..4], "-o", place.File("x"))).ExpectOneLine(3, "no archive with the ID or description");
    }

    [Fact, Campaign]
    public async Task Archives_are_deleted_by_the_beginning_of_their_ID_but_not_by_name()
    {
        await using var place = await Workplace.ShareAsync();
        var (film, photo) = (await AddAsync(place, "film.tar", 10), await AddAsync(place, "photo.jpg", 10));

        (await place.RunInVaultAsync("archive", "delete", photo[..10], "film.tar")).ExpectOneLine(3, "'film.tar' is a description", "--name film.tar");
        Assert.Equal([film, photo], (await place.RunInVaultAsync("archive", "list", "-q")).Expect().Lines);

        (await place.RunInVaultAsync("archive", "delete", photo[..10])).Expect();
        (await place.RunInVaultAsync("archive", "delete", "nothing-here")).ExpectOneLine(3, "'nothing-here'");
        Assert.Equal([film], (await place.RunInVaultAsync("archive", "list", "-q")).Expect().Lines);
    }

    [Fact]
    public async Task A_deletion_says_what_a_download_keeps_and_frees_it_on_request()
    {
        await using var place = await Workplace.ShareAsync();
        var film = await AddAsync(place, "film.tar", 2000);
        (await place.RunInVaultAsync("download", film, "-o", place.File("film"), "-q")).Expect();
        using var client = place.Connect();
        var job = (await client.ListJobsAsync(Workplace.Vault).SingleAsync()).JobId;

        var kept = Assert.Single((await place.RunInVaultAsync("archive", "delete", film)).Expect().Lines);

        Assert.Matches(
            $"^Deleted {film}\\. Its 2.0 KiB are kept until [-0-9]{{10}} [:0-9]{{8}}Z, because a job for it can still be downloaded, or .* --now and", kept);
        using (var output = await client.GetJobOutputAsync(Workplace.Vault, job))
        {
            Assert.Equal(2000, output.LengthBytes);
        }

        Assert.Equal($"Deleted {film}.", Assert.Single((await place.RunInVaultAsync("archive", "delete", film, "--now")).Expect().Lines));
        await Assert.ThrowsAsync<GlacierException>(() => client.GetJobOutputAsync(Workplace.Vault, job));
    }

    private static async Task<string> AddAsync(Workplace place, string description, int lengthBytes)
    {
        using var client = place.Connect();
        return (await client.UploadArchiveAsync(Workplace.Vault, HashedBody.Of(Archives.Bytes(lengthBytes, seed: 1)), description)).ArchiveId;
    }
}
