using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

public sealed class BadInputTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    public static TheoryData<string> Names => [.. BadInput.All.Select(input => input.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    [Promise("README.md", "Invalid input gets the protocol's error, changes nothing, and uses a bounded amount of memory")]
    public async Task Bad_input_is_refused_with_its_code_and_changes_nothing(string name)
    {
        var input = BadInput.All.Single(input => input.Name == name);
        var shared = await gateway.ShareAsync(async () => new SharedScene(await PrepareAsync()));
        var before = shared.State ??= await ReadStateAsync(shared.Scene);
        var answer = await gateway.SendAsync(input.Request(shared.Scene));
        answer.ExpectError(input.Status, input.Code, input.Message);
        Assert.DoesNotContain("OrleansUploads.", answer.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", answer.Message, StringComparison.Ordinal);
        shared.State = await ReadStateAsync(shared.Scene);
        Assert.Equal(before, shared.State);
    }

    [Fact]
    public async Task An_upload_completes_after_every_refused_completion()
    {
        var (vault, upload) = await gateway.OpenUploadAsync();
        var archive = Bytes((2 * MiB) + 5);
        await RefuseAsync(Complete(vault, upload, archive), "The upload has no parts");

        (await gateway.SendAsync(Part(vault, upload, 2 * MiB, archive[(2 * MiB)..]))).Expect(204);
        await RefuseAsync(Complete(vault, upload, archive), "the bytes 0-2097151 were never uploaded");

        (await gateway.SendAsync(Part(vault, upload, 0, archive[..MiB]))).Expect(204);
        (await gateway.SendAsync(Part(vault, upload, MiB, archive[MiB..((2 * MiB) - 1)]))).Expect(204);
        await RefuseAsync(Complete(vault, upload, archive), "The part 1048576-2097150 has 1048575 bytes");

        (await gateway.SendAsync(Part(vault, upload, MiB, archive[MiB..(2 * MiB)]))).Expect(204);
        var hash = TreeHashOf(archive);
        await RefuseAsync(Complete(vault, upload, archive.Length - 1, hash), "The uploaded parts add up to 2097157 bytes");
        await RefuseAsync(Complete(vault, upload, archive.Length + 1, hash), "The uploaded parts add up to 2097157 bytes");
        await RefuseAsync(Complete(vault, upload, archive.Length, TreeHashOf(Bytes(1))), $"computed {hash}");

        (await gateway.SendAsync(Complete(vault, upload, archive))).Expect(201);

        async Task RefuseAsync(ApiRequest request, string message)
        {
            var before = await gateway.ReadStateAsync(vault, upload);
            (await gateway.SendAsync(request)).ExpectInvalid(message);
            Assert.Equal(before, await gateway.ReadStateAsync(vault, upload));
        }
    }

    [Theory]
    [InlineData(9_999L * MiB, 204)]
    [InlineData(10_000L * MiB, 400)]
    [InlineData(10_001L * MiB, 400)]
    public async Task The_last_slot_is_the_10000th(long firstByte, int status)
    {
        var scene = await PrepareAsync();
        (await gateway.SendAsync(Part(scene.Vault, scene.Upload, firstByte, Bytes(1)))).Expect(status);
    }

    private async Task<Scene> PrepareAsync()
    {
        var (vault, archive) = await gateway.StoreArchiveAsync(Bytes(3 * MiB));
        var upload = await gateway.NewUploadAsync(vault);
        (await gateway.SendAsync(Part(vault, upload, 0, Bytes(MiB)))).Expect(204);
        (await gateway.SendAsync(Part(vault, upload, 2 * MiB, Bytes(5)))).Expect(204);
        return new Scene(vault, archive, upload);
    }

    private Task<string> ReadStateAsync(Scene scene) => gateway.ReadStateAsync(scene.Vault, scene.Upload);

    /// <summary>The scene of all invalid requests, which change nothing.</summary>
    private sealed record SharedScene(Scene Scene)
    {
        /// <summary>The state after the last request, so that only the request that changes it fails.</summary>
        public string? State { get; set; }
    }
}
