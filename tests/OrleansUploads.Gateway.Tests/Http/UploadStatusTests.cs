using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>The state of an upload in one answer, in the vault API and in S3.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class UploadStatusTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Header = "x-orleans-uploads-status";

    [Fact]
    public async Task An_upload_to_a_vault_shows_its_parts_its_last_sender_and_how_it_ended()
    {
        var vault = await gateway.NewVaultAsync();
        var bytes = Bytes((3 * MiB) + 5);
        var upload = (await gateway.SendAsync(Initiate(vault).With("x-orleans-uploads-total-length", $"{bytes.Length}")))
            .Expect(201).Header("x-amz-multipart-upload-id")!;
        var empty = await ReadAsync(vault, upload);
        Assert.Equal(("Open", "", "1-4", 0L), (Text(empty, "State"), Text(empty, "Parts"), Text(empty, "MissingParts"), BytesOf(empty)));
        Assert.False(empty.TryGetProperty("LastSender", out _));

        (await gateway.SendAsync(Part(vault, upload, MiB, bytes[MiB..(2 * MiB)]))).Expect(204);
        var open = await ReadAsync(vault, upload);
        Assert.Equal(("2", "1,3-4", (long)MiB), (Text(open, "Parts"), Text(open, "MissingParts"), BytesOf(open)));
        Assert.Equal(bytes.Length, open.GetProperty("TotalBytes").GetInt64());
        Assert.Equal(1, open.GetProperty("PartCount").GetInt32());
        Assert.Equal(Signer.KeyId, Text(open.GetProperty("LastSender"), "AccessKeyId"));
        Assert.Equal(gateway.Clock.Now, open.GetProperty("LastActivity").GetDateTimeOffset());
        Assert.True(open.GetProperty("Deadline").GetDateTimeOffset() > gateway.Clock.Now);
        Assert.False(open.GetProperty("IsStuck").GetBoolean());

        var waiting = ReadAsync(vault, upload, "wait=20");
        foreach (var first in (int[])[0, 2 * MiB, 3 * MiB])
        {
            (await gateway.SendAsync(Part(vault, upload, first, bytes[first..Math.Min(first + MiB, bytes.Length)]))).Expect(204);
        }

        var archive = (await gateway.SendAsync(Complete(vault, upload, bytes))).Expect(201).Header("x-amz-archive-id");
        var completed = await waiting;
        Assert.Equal(("Completed", archive, TreeHashOf(bytes)), (Text(completed, "State"), Text(completed, "ArchiveId"), Text(completed, "TreeHash")));
        Assert.Equal(bytes.Length, BytesOf(completed));
    }

    [Fact]
    public async Task Another_account_that_may_look_sees_no_sender_but_itself()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var stranger = $$"""{"AWS":"{{GatewaySetup.StrangersAccount}}"}""";
        (await gateway.SendAsync(SetAccessPolicy(vault, PolicyOf("Allow", "glacier:*", principal: stranger)))).Expect(204);
        var look = Foreign(ListParts(vault, upload)).With(Header, "wait=0");
        (await gateway.SendAsync(Part(vault, upload, 0, Bytes(MiB)))).Expect(204);
        Assert.False((await gateway.SendAsync(look, Signer.Stranger)).Expect(200).Json.TryGetProperty("LastSender", out _));

        gateway.Clock.Advance(TimeSpan.FromSeconds(1));
        (await gateway.SendAsync(Foreign(Part(vault, upload, MiB, Bytes(MiB))), Signer.Stranger)).Expect(204);
        var own = (await gateway.SendAsync(look, Signer.Stranger)).Expect(200).Json.GetProperty("LastSender");
        Assert.Equal($"account {GatewaySetup.StrangersAccount}", Text(own, "AccessKeyId"));
        Assert.Equal(Text(own, "AccessKeyId"), Text((await ReadAsync(vault, upload)).GetProperty("LastSender"), "AccessKeyId"));

        static ApiRequest Foreign(ApiRequest request) =>
            request with { Target = request.Target.Replace("/-/", $"/{GatewaySetup.Account}/", StringComparison.Ordinal) };
    }

    [Fact]
    public async Task A_stuck_or_aborted_upload_is_not_waited_for()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        gateway.Clock.Advance(TimeSpan.FromMinutes(1));
        var stuck = await ReadAsync(vault, upload, "wait=20");
        Assert.Equal("Open", Text(stuck, "State"));
        Assert.True(stuck.GetProperty("IsStuck").GetBoolean());

        (await gateway.SendAsync(Abort(vault, upload))).Expect(204);
        var aborted = await ReadAsync(vault, upload, "wait=20");
        Assert.Equal("Aborted", Text(aborted, "State"));
        Assert.Equal(gateway.Clock.Now, aborted.GetProperty("EndedAt").GetDateTimeOffset());
        (await gateway.SendAsync(ListParts(vault, new string('a', upload.Length)).With(Header, "wait=0"))).Expect(404);
    }

    [Fact]
    public async Task The_client_describes_an_upload_and_waits_for_its_end()
    {
        var vault = await gateway.NewVaultAsync();
        using var client = gateway.Server.Connect();
        var upload = await client.InitiateMultipartUploadAsync(vault, MiB, createKey: "k");
        Assert.Equal(upload, await client.InitiateMultipartUploadAsync(vault, MiB, totalBytes: 5, createKey: "k"));
        var body = HashedBody.Of(Bytes(5));
        await client.UploadPartAsync(vault, upload, 0, body);
        var open = await client.DescribeUploadAsync(vault, upload);
        Assert.Equal((VaultUploadState.Open, "1", 5), (open.State, open.Parts, open.Bytes));
        Assert.Equal(Signer.KeyId, open.LastSender?.AccessKeyId);

        var waiting = client.DescribeUploadAsync(vault, upload, TimeSpan.FromSeconds(20));
        var archive = await client.CompleteMultipartUploadAsync(vault, upload, 5, body.TreeHash);
        var completed = await waiting;
        Assert.Equal((VaultUploadState.Completed, archive.ArchiveId), (completed.State, completed.ArchiveId));
        Assert.Equal(body.TreeHash, completed.TreeHash);
        Assert.Null(completed.LastActivity);
    }

    [Theory]
    [InlineData("20")]
    [InlineData("wait=21")]
    [InlineData("wait=-1")]
    [InlineData("wait=")]
    public async Task A_malformed_value_is_refused(string value)
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var refused = (await gateway.SendAsync(ListParts(vault, upload).With(Header, value))).Expect(400);
        Assert.Contains($"Invalid {Header}: {value}. It must be 'wait='", refused.Text, StringComparison.Ordinal);
    }

    private async Task<JsonElement> ReadAsync(string vault, string upload, string value = "wait=0") =>
        (await gateway.SendAsync(ListParts(vault, upload).With(Header, value))).Expect(200).Json;

    private static string? Text(JsonElement document, string name) => document.GetProperty(name).GetString();

    private static long BytesOf(JsonElement document) => document.GetProperty("Bytes").GetInt64();
}
