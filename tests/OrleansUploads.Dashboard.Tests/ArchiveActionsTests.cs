using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>Archives that are searched, retrieved and deleted in the dashboard.</summary>
public sealed class ArchiveActionsTests : SignedInServer
{
    [Fact]
    public async Task An_archive_is_retrieved_with_a_job_and_sent_as_a_file_that_no_browser_shows()
    {
        var archive = await StoreAsync("<script>.html", "the text");
        foreach (var cookie in new[] { Session, await SignInAsync(Reader) })
        {
            var job = (await BrowseAsync("POST", $"/dashboard/api/vaults/mine/archives/{archive}/retrieve", cookie)).Expect(200).Json;
            Assert.Equal((archive, "archive"), (job.GetProperty("archive").GetString(), job.GetProperty("kind").GetString()));
            var output = (await ReadAsync($"vaults/mine/jobs/{job.GetProperty("id").GetString()}/output", cookie)).Expect(200);
            Assert.Equal("the text", output.Text);
            Assert.Equal(
                "application/octet-stream attachment sandbox nosniff no-store",
                string.Join(' ', ((string[])["Content-Type", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control"]).Select(output.Header)));
        }
    }

    [Fact]
    public async Task A_deleted_archive_is_gone_and_its_bytes_are_kept_for_the_job_that_reads_them()
    {
        var (read, unread) = (await StoreAsync("read", "four"), await StoreAsync("unread", "five!"));
        (await SendAsync(Retrieve("mine", read))).Expect(202);
        var kept = (await BrowseAsync("DELETE", $"/dashboard/api/vaults/mine/archives/{read}", Session)).Expect(200).Json;
        Assert.Equal(4, kept.GetProperty("bytes").GetInt64());
        Assert.True(kept.GetProperty("until").GetInt64() > Clock.Now.ToUnixTimeMilliseconds());
        var freed = (await BrowseAsync("DELETE", $"/dashboard/api/vaults/mine/archives/{unread}", Session)).Expect(200).Json;
        Assert.False(freed.TryGetProperty("until", out _));
        Assert.Equal(0, (await ShowAsync("vaults/mine/archives")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Archives_are_found_by_the_beginning_of_their_description()
    {
        for (var number = 0; number < 60; number++)
        {
            await StoreAsync(number % 20 == 0 ? $"Pictures/{number:00}" : $"Letters/{number:00}", "text");
        }

        await StoreAsync(description: null, "text");
        Assert.Equal("Pictures/00 Pictures/20 Pictures/40", await FindAsync("Pictures/"));
        Assert.Equal("Pictures/20", await FindAsync("Pictures/2"));
        Assert.Equal("", await FindAsync("pictures/"));

        // More than a page has: the next page begins where the first one ended.
        var first = await ShowAsync("vaults/mine/archives?prefix=Letters/");
        Assert.Equal(50, first.GetProperty("items").GetArrayLength());
        var after = first.GetProperty("after").GetProperty("after").GetString();
        var second = await ShowAsync($"vaults/mine/archives?prefix=Letters/&after={after}");
        Assert.Equal(7, second.GetProperty("items").GetArrayLength());
        Assert.False(second.TryGetProperty("after", out _));

        async Task<string> FindAsync(string prefix) => string.Join(' ', (await ReadAsync($"vaults/mine/archives?prefix={prefix}", Session))
            .Expect(200).Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("description").GetString()).Order());
    }

    [Fact]
    public async Task What_the_key_or_a_policy_forbids_is_not_offered_and_is_refused()
    {
        var archive = await StoreAsync("kept", "text");
        Assert.Equal("True True", await RightsAsync(Session));
        Assert.Equal("True False", await RightsAsync(await SignInAsync(Reader)));
        (await SendAsync(SetAccessPolicy("mine", PolicyOf("Deny", "glacier:DeleteArchive")))).Expect(204);
        Assert.Equal("True False", await RightsAsync(Session));
        Assert.Equal(
            "AccessDeniedException", (await BrowseAsync("DELETE", $"/dashboard/api/vaults/mine/archives/{archive}", Session)).Expect(403).Code);
        (await SendAsync(SetAccessPolicy("mine", PolicyOf("Deny", "glacier:InitiateJob")))).Expect(204);
        Assert.Equal(
            "AccessDeniedException",
            (await BrowseAsync("POST", $"/dashboard/api/vaults/mine/archives/{archive}/retrieve", Session)).Expect(403).Code);

        async Task<string> RightsAsync(string cookie)
        {
            var listed = (await ReadAsync("vaults/mine/archives", cookie)).Expect(200).Json;
            return $"{listed.GetProperty("mayRetrieve").GetBoolean()} {listed.GetProperty("mayDelete").GetBoolean()}";
        }
    }

    private async Task<string> StoreAsync(string? description, string text) =>
        (await SendAsync(UploadArchive("mine", Encoding.UTF8.GetBytes(text)).With("x-amz-archive-description", description)))
        .Expect(201).Header("x-amz-archive-id")!;
}
