using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3RefusedDeletionTests(S3RefusedDeletionTests.Server s3) : IClassFixture<S3RefusedDeletionTests.Server>
{
    [Fact]
    public async Task If_the_storage_refuses_to_delete_one_of_many_objects_only_that_one_has_an_error()
    {
        var bucket = await s3.NewBucketAsync();
        foreach (var key in (string[])["a", "b"])
        {
            (await s3.SendAsync("PUT", $"/{bucket}/{key}", [1])).Expect(200);
        }

        var answer = (await s3.SendAsync(
            "POST", $"/{bucket}?delete", "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>")).Expect(200);

        Assert.Contains("<Deleted><Key>a</Key></Deleted>", answer.Text, StringComparison.Ordinal);
        Assert.Contains("<Error><Key>b</Key><Code>ServiceUnavailable</Code>", answer.Text, StringComparison.Ordinal);
        Assert.Contains($"under the request ID {answer.Header("x-amz-request-id")}", answer.Text, StringComparison.Ordinal);
        (await s3.GetAsync($"/{bucket}/a")).Expect(404);
        (await s3.GetAsync($"/{bucket}/b")).Expect(200);
    }

    public sealed class Server : S3Server
    {
        protected override GatewaySetup Setup => new() { Host = static setup => new HostThatKeeps("b", GatewaySetup.DefaultHost(setup)) };
    }

    /// <summary>Its storage refuses to delete one object.</summary>
    private sealed class HostThatKeeps(string key, IEntityHost inner) : IEntityHost, IAsyncDisposable
    {
        public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
            command is DeleteObject deletion && deletion.Key.ToString() == key
                ? throw new EntityUnavailableException(entity, "its storage refused a write.") { IsRefused = true }
                : inner.SendAsync(entity, command, cancellationToken);

        public ValueTask DisposeAsync() => inner is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;
    }
}
