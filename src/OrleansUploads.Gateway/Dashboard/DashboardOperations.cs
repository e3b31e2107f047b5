using System.Diagnostics;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Dashboard.Views;
using static OrleansUploads.Gateway.Dashboard.Protocol.DashboardOperation;

namespace OrleansUploads.Gateway.Dashboard;

/// <summary>Executes each operation that needs a session or a signature.</summary>
internal sealed class DashboardOperations(
    ContainerView containers,
    VaultUploadView vaultUploads,
    BucketUploadView bucketUploads,
    StoredView stored,
    JobView jobs,
    ServerView server,
    TimeProvider time,
    IStorageSpace? space = null)
{
    /// <summary>Executes the operation of a call.</summary>
    public ValueTask<DashboardAnswer> ExecuteAsync(DashboardCall call)
    {
        if (call.Route.Operation is AbortVaultUpload or AbortBucketUpload)
        {
            space?.MakeRoomForDeletion();
        }

        return call.Route.Operation switch
        {
            GetSession => new(Describe(call)),
            GetServer => server.GetAsync(call),
            ListContainers => containers.ListAsync(call),
            GetVault => containers.GetVaultAsync(call),
            ListVaultUploads => vaultUploads.ListAsync(call),
            GetVaultUpload => vaultUploads.GetAsync(call),
            GetVaultPart => vaultUploads.GetPartAsync(call),
            AbortVaultUpload => vaultUploads.AbortAsync(call),
            ListJobs => jobs.ListAsync(call),
            ListArchives => stored.ListArchivesAsync(call),
            ListObjects => stored.ListObjectsAsync(call),
            ListBucketUploads => bucketUploads.ListAsync(call),
            GetBucketUpload => bucketUploads.GetAsync(call),
            GetBucketPart => bucketUploads.GetPartAsync(call),
            AbortBucketUpload => bucketUploads.AbortAsync(call),
            _ => throw new UnreachableException($"No code executes {call.Route.Operation}."),
        };
    }

    private JsonAnswer Describe(DashboardCall call) => JsonAnswer.Of(
        new SessionDocument(
            call.AccessKeyId,
            call.Account.ToString(),
            call.Scope.ToString(),
            time.GetUtcNow().ToUnixTimeMilliseconds(),
            call.Scope.IsUnlimited),
        DashboardJson.Default.SessionDocument);
}
