using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>An upload to a vault that a client initiates with a key of its own.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class CreateKeyTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Header = "x-orleans-uploads-create-key";

    [Fact]
    public async Task Clients_that_initiate_with_the_same_key_at_the_same_time_share_one_upload()
    {
        var vault = await gateway.NewVaultAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => gateway.SendAsync(
            Initiate(vault).With(Header, "night-of-the-28th").With("x-orleans-uploads-total-length", $"{number}"))));
        var upload = Assert.Single(answers.Select(UploadOf).Distinct());
        Assert.Equal(1, (await gateway.SendAsync(ListUploads(vault))).Json.GetProperty("UploadsList").GetArrayLength());

        var bytes = Bytes(5);
        (await gateway.SendAsync(Part(vault, upload, 0, bytes))).Expect(204);
        var archive = (await gateway.SendAsync(Complete(vault, upload, bytes))).Expect(201).Header("x-amz-archive-id");
        Assert.Equal(upload, UploadOf(await gateway.SendAsync(Initiate(vault).With(Header, "night-of-the-28th"))));
        Assert.Equal(archive, (await gateway.SendAsync(Complete(vault, upload, bytes))).Expect(201).Header("x-amz-archive-id"));
    }

    [Fact]
    public async Task A_key_means_another_upload_in_another_vault_and_in_a_vault_that_was_created_again()
    {
        var (vault, other) = (await gateway.NewVaultAsync(), await gateway.NewVaultAsync());
        var first = UploadOf(await gateway.SendAsync(Initiate(vault).With(Header, "k")));
        var uploads = new HashSet<string>
        {
            first,
            UploadOf(await gateway.SendAsync(Initiate(vault).With(Header, "K"))),
            UploadOf(await gateway.SendAsync(Initiate(other).With(Header, "k"))),
            await gateway.NewUploadAsync(vault),
        };
        (await gateway.SendAsync(DeleteVault(vault))).Expect(204);
        (await gateway.SendAsync(CreateVault(vault))).Expect(201);
        uploads.Add(UploadOf(await gateway.SendAsync(Initiate(vault).With(Header, "k"))));
        Assert.Equal(5, uploads.Count);
        (await gateway.SendAsync(ListParts(vault, first))).Expect(404);
    }

    [Fact]
    public async Task Other_properties_or_an_upload_that_has_ended_are_refused()
    {
        var vault = await gateway.NewVaultAsync();
        var upload = UploadOf(await gateway.SendAsync(Initiate(vault).With(Header, "k")));
        foreach (var request in (ApiRequest[])[Initiate(vault, 2 * MiB), Initiate(vault).With("x-amz-archive-description", "mine")])
        {
            var refused = (await gateway.SendAsync(request.With(Header, "k"))).Expect(400);
            Assert.Contains($"was initiated with other properties: {upload}", refused.Text, StringComparison.Ordinal);
        }

        (await gateway.SendAsync(Abort(vault, upload))).Expect(204);
        var ended = (await gateway.SendAsync(Initiate(vault).With(Header, "k"))).Expect(400);
        Assert.Contains($"was aborted or has expired: {upload}", ended.Text, StringComparison.Ordinal);
        Assert.Contains("InvalidParameterValueException", ended.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678-")]
    public async Task A_malformed_key_is_refused(string key)
    {
        var vault = await gateway.NewVaultAsync();
        var refused = (await gateway.SendAsync(Initiate(vault).With(Header, key))).Expect(400);
        Assert.Contains($"Invalid {Header}: {key}. It must have 1 to 128 characters", refused.Text, StringComparison.Ordinal);
    }

    private static string UploadOf(ApiAnswer answer) => answer.Expect(201).Header("x-amz-multipart-upload-id")!;
}
