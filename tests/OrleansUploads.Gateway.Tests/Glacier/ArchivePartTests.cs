using OrleansUploads.Client.Models;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The ID of an archive leads to its parts, and to the objects of the store that hold them.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class ArchivePartTests(ArchivePartTests.ScopedGateway gateway) : IClassFixture<ArchivePartTests.ScopedGateway>
{
    public sealed class ScopedGateway : GatewayFixture
    {
        protected override GatewaySetup Setup => ScopedKeys.AddTo(new GatewaySetup());
    }

    private const string Header = "x-orleans-uploads-id";

    private async Task<(string Vault, string Upload, string Archive)> CompleteAsync(byte[] bytes)
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        for (var first = 0; first < bytes.Length; first += MiB)
        {
            (await gateway.SendAsync(Part(vault, upload, first, bytes[first..Math.Min(first + MiB, bytes.Length)]))).Expect(204);
        }

        return (vault, upload, (await gateway.SendAsync(Complete(vault, upload, bytes))).Expect(201).Header("x-amz-archive-id")!);
    }

    [Fact]
    public async Task A_page_of_parts_names_the_ranges_hashes_and_stored_names_of_an_archive()
    {
        var bytes = Bytes((2 * MiB) + 5);
        var (vault, upload, archive) = await CompleteAsync(bytes);
        var names = new List<string>();
        string? marker = null;
        for (var page = 0; page < 3; page++)
        {
            var query = $"?limit=1{(marker is null ? "" : $"&marker={marker}")}";
            var listed = (await gateway.SendAsync(ListParts(vault, archive, query).With(Header, "archive"))).Expect(200).Json;
            Assert.Equal(upload, listed.GetProperty("MultipartUploadId").GetString());
            Assert.Equal(MiB, listed.GetProperty("PartSizeInBytes").GetInt64());
            var part = Assert.Single(listed.GetProperty("Parts").EnumerateArray());
            var first = page * MiB;
            var last = Math.Min(first + MiB, bytes.Length) - 1;
            Assert.Equal($"{first}-{last}", part.GetProperty("RangeInBytes").GetString());
            Assert.Equal(TreeHashOf(bytes.AsSpan(first, last + 1 - first)), part.GetProperty("SHA256TreeHash").GetString());
            names.Add(part.GetProperty("StoredAs").GetString()!);
            marker = listed.GetProperty("Marker").GetString();
        }

        Assert.Null(marker);
        Assert.True(UploadId.TryParse(upload, out var id));
        var stored = await gateway.Server.Setup.Parts.AllAttemptsAsync(id, CancellationToken.None);
        Assert.Equal(
            stored.Select(attempt => $"{upload}/{attempt}.part").Order(StringComparer.Ordinal),
            names.Select(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_archive_in_one_request_has_one_part_and_a_deleted_one_has_none()
    {
        var vault = await gateway.NewVaultAsync();
        var archive = (await gateway.SendAsync(UploadArchive(vault, Bytes(7)))).Expect(201).Header("x-amz-archive-id")!;
        var request = ListParts(vault, archive).With(Header, "archive");
        var part = Assert.Single((await gateway.SendAsync(request)).Expect(200).Json.GetProperty("Parts").EnumerateArray());
        Assert.Equal("0-6", part.GetProperty("RangeInBytes").GetString());
        (await gateway.SendAsync(DeleteArchive(vault, archive))).Expect(204);
        (await gateway.SendAsync(request)).Expect(404);
    }

    [Fact]
    public async Task The_client_lists_the_parts_of_an_archive()
    {
        var bytes = Bytes(MiB + 5);
        var (vault, upload, archive) = await CompleteAsync(bytes);
        using var client = gateway.Server.Connect();
        var parts = new List<UploadedPart>();
        await foreach (var part in client.ListArchivePartsAsync(vault, archive, Cancellation))
        {
            parts.Add(part);
        }

        Assert.Equal([TreeHashOf(bytes.AsSpan(0, MiB)), TreeHashOf(bytes.AsSpan(MiB))], parts.Select(static part => part.TreeHash.ToString()));
        Assert.All(parts, part => Assert.Contains($"/{upload}/", part.StoredAs, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_may_not_read_the_vault_is_refused()
    {
        var (vault, upload, archive) = await CompleteAsync(Bytes(5));
        (await gateway.SendAsync(ListParts(vault, archive).With(Header, "archive"), ScopedKeys.Uploader)).Expect(403);
        (await gateway.SendAsync(ListParts(vault, upload), ScopedKeys.Uploader)).Expect(404);
    }

    [Fact]
    public async Task Without_the_header_an_archive_is_no_upload_and_another_value_or_vault_is_refused()
    {
        var (vault, upload, archive) = await CompleteAsync(Bytes(5));
        (await gateway.SendAsync(ListParts(vault, archive))).Expect(404);
        (await gateway.SendAsync(ListParts(vault, archive).With(Header, "yes"))).Expect(400);
        (await gateway.SendAsync(ListParts(vault, upload).With(Header, "archive"))).Expect(404);
        (await gateway.SendAsync(ListParts(await gateway.NewVaultAsync(), archive).With(Header, "archive"))).Expect(404);
    }
}
