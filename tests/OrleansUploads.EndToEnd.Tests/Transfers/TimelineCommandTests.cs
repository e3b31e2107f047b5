using System.Text.Json;
using OrleansUploads.Client;
using OrleansUploads.Client.Sources;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.TestKit;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary><c>uploads show --timeline</c> against a real server.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class TimelineCommandTests
{
    private const int MiB = Archives.MiB;

    [Fact]
    public async Task The_timeline_says_who_sent_each_part_also_after_a_restart_and_an_abort()
    {
        await using var place = await Workplace.OpenAsync();
        using var client = place.Server.Connect();
        var upload = await BeginAsync(client);

        var text = (await place.RunInVaultAsync("uploads", "show", upload, "--timeline")).Expect().Output;
        Assert.Contains("2 parts", text, StringComparison.Ordinal);
        Assert.Contains($"by {CommandLine.AccessKeyId} from 127.0.0.1 through", text, StringComparison.Ordinal);
        Assert.Contains("sent again 1 time", text, StringComparison.Ordinal);
        Assert.Contains("1 attempt does not count", text, StringComparison.Ordinal);

        await place.CrashServerAsync();
        (await place.RunInVaultAsync("uploads", "abort", upload)).Expect();
        var ended = JsonDocument.Parse((await place.RunInVaultAsync("uploads", "show", upload, "--timeline", "--json")).Expect().Output).RootElement;
        Assert.Equal("aborted", ended.GetProperty("phase").GetString());
        Assert.Equal([(1, 1), (3, 0)], ended.GetProperty("parts").EnumerateArray().Select(static part =>
            (part.GetProperty("number").GetInt32(), part.GetProperty("resent").GetInt32())));
        Assert.Equal(1, ended.GetProperty("endedBy").GetInt32());
    }

    [Fact]
    public async Task A_server_without_timelines_gives_one_line()
    {
        await using var place = await Workplace.OpenAsync("--no-dashboard");
        using var client = place.Server.Connect();
        var upload = await BeginAsync(client);
        (await place.RunInVaultAsync("uploads", "show", upload, "--timeline")).ExpectOneLine(1, "has no timelines");
    }

    [Fact]
    public async Task An_upload_that_does_not_exist_gives_one_line()
    {
        await using var place = await Workplace.OpenAsync();
        (await place.RunInVaultAsync("uploads", "show", new string('A', 92), "--timeline")).ExpectOneLine(3, "not found");
    }

    private static async Task<string> BeginAsync(GlacierClient client)
    {
        var upload = await client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "holiday.tar");
        foreach (var part in (int[])[0, 2, 0])
        {
            await client.UploadPartAsync(Workplace.Vault, upload, (long)part * MiB, HashedBody.Of(Archives.Bytes(MiB, seed: part)));
        }

        return upload;
    }
}
