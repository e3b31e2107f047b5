using OrleansUploads.Core.Policies;
using static OrleansUploads.Core.Policies.VaultAction;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Generates requests for each operation that are valid as far as the fuzzer knows the server's state.</summary>
internal sealed partial class ValidRequests(World world, Dice dice)
{
    /// <summary>All operations. Those that are needed in large numbers are repeated.</summary>
    private static readonly VaultAction[] Operations =
    [
        .. Enum.GetValues<VaultAction>(),
        InitiateMultipartUpload, UploadMultipartPart, UploadMultipartPart, CompleteMultipartUpload, UploadArchive, InitiateJob,
    ];

    /// <summary>A request for a random operation. The vault's owner signs it, and sometimes the other account.</summary>
    public FuzzRequest Any() => Of(dice.Pick(Operations));

    public FuzzRequest Of(VaultAction operation)
    {
        var vault = VaultFor(operation);
        var request = Of(operation, vault) with { Signer = vault.Owner };
        if (operation is UploadArchive or InitiateMultipartUpload && dice.OneIn(3))
        {
            request = request.With("x-amz-archive-description", dice.Pick("holiday", "", "a,\"b\"\\c", new string('d', 1024), " x "));
        }

        if (dice.OneIn(4) && request.Header("x-amz-content-sha256") is null)
        {
            request = request.With("x-amz-content-sha256", Requests.LinearHashOf(request.Body));
        }

        return dice.Below(12) switch
        {
            0 => WithAccount(request, vault.Account),
            1 => WithAccount(request, vault.Account) with { Signer = vault.Owner.ForOther() },
            _ => request,
        };
    }

    /// <summary>Returns mostly a vault that contains what the operation needs.</summary>
    private KnownVault VaultFor(VaultAction operation)
    {
        Func<KnownVault, bool>? has = operation switch
        {
            _ when dice.OneIn(6) => null,
            UploadMultipartPart or CompleteMultipartUpload or AbortMultipartUpload or ListParts => vault => vault.Uploads.Count > 0,
            DeleteArchive or InitiateJob => vault => vault.Archives.Count > 0,
            DescribeJob or GetJobOutput => vault => vault.Jobs.Count > 0,
            CompleteVaultLock or GetVaultLock => vault => vault.Locks.Count > 0,
            _ => null,
        };
        return operation == DeleteVault && dice.OneIn(3) ? world.Vault(World.Emptied)
            : operation is CreateVault or DeleteVault ? world.SpareVault(dice)
            : has is null ? world.AnyVault(dice)
            : dice.PickFrom([.. world.Vaults.Where(has)]);
    }

    private FuzzRequest Of(VaultAction operation, KnownVault vault) => operation switch
    {
        CreateVault => From(Requests.CreateVault(vault.Name)),
        DescribeVault => From(Requests.DescribeVault(vault.Name)),
        ListVaults => From(Requests.ListVaults(Page())),
        DeleteVault => From(Requests.DeleteVault(vault.Name)),
        UploadArchive => Archive(vault),
        DeleteArchive => From(Requests.DeleteArchive(vault.Name, ArchiveOf(vault))),
        InitiateMultipartUpload => Initiation(vault),
        UploadMultipartPart when dice.OneIn(6) && world.Located is { } located => Part(world.Vault("parts"), located),
        UploadMultipartPart when dice.OneIn(8) => Report(vault, UploadOf(vault)),
        UploadMultipartPart => Part(vault, UploadOf(vault)),
        CompleteMultipartUpload => Completion(vault, dice.OneIn(4) ? UploadOf(vault) : FilledUploadOf(vault)),
        AbortMultipartUpload => From(Requests.Abort(vault.Name, dice.OneIn(2) ? UploadOf(vault).Id : new string('u', 92))),
        ListParts => From(Requests.ListParts(vault.Name, UploadOf(vault).Id, Page())),
        ListMultipartUploads => From(Requests.ListUploads(vault.Name, Page())),
        InitiateJob => Job(vault),
        DescribeJob => From(Requests.DescribeJob(vault.Name, JobOf(vault))),
        ListJobs => From(Requests.ListJobs(vault.Name, JobsPage())),
        GetJobOutput => Output(vault),
        ListTagsForVault => From(Requests.ListTags(vault.Name)),
        AddTagsToVault => From(Requests.AddTags(vault.Name, Tags())),
        RemoveTagsFromVault => From(Requests.RemoveTags(vault.Name, TagKeys())),
        SetVaultNotifications => From(Requests.SetNotifications(vault.Name, Notifications())),
        GetVaultNotifications => From(Requests.GetNotifications(vault.Name)),
        DeleteVaultNotifications => From(Requests.DeleteNotifications(vault.Name)),
        SetVaultAccessPolicy => From(Requests.SetAccessPolicy(vault.Name, new PolicyGrammar(dice, vault.Arn).Document())),
        GetVaultAccessPolicy => From(Requests.GetAccessPolicy(vault.Name)),
        DeleteVaultAccessPolicy => From(Requests.DeleteAccessPolicy(vault.Name)),
        InitiateVaultLock => Lock(vault),
        GetVaultLock => From(Requests.GetLock(vault.Name)),
        CompleteVaultLock => From(Requests.CompleteLock(vault.Name, LockOf(vault))),
        AbortVaultLock => From(Requests.AbortLock(vault.Name)),
        GetDataRetrievalPolicy => From(Requests.GetRetrievalPolicy()),
        SetDataRetrievalPolicy => From(Requests.SetRetrievalPolicy(RetrievalPolicy())),
        ListProvisionedCapacity => From(Requests.ListCapacity()),
        PurchaseProvisionedCapacity => From(Requests.PurchaseCapacity()),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "There is no request for this operation. Add one."),
    };

    /// <summary>Remembers the value of a header. A request that was changed into another operation may not return it.</summary>
    private static Action<ApiAnswer> LearnFrom(string header, Action<string> remember) => answer =>
    {
        if (answer.Header(header) is { } id)
        {
            remember(id);
        }
    };

    private static FuzzRequest From(ApiRequest request) => FuzzRequest.From(request);

    /// <summary>Returns a copy with the account ID in the path.</summary>
    private static FuzzRequest WithAccount(FuzzRequest request, string account) =>
        request with { Target = $"/{account}{request.Target[2..]}" };

    private string Page() => dice.Below(6) switch
    {
        0 => "?limit=1",
        1 => $"?limit={1 + dice.Below(60)}&marker=",
        _ => "",
    };

    private string JobsPage() => dice.Below(4) switch
    {
        0 => $"?completed={dice.Pick("true", "false")}",
        1 => $"?statuscode={dice.Pick("InProgress", "Succeeded", "Failed")}&limit=2",
        _ => Page(),
    };

    private string ArchiveOf(KnownVault vault) =>
        vault.Archives.Count == 0 || dice.OneIn(8) ? AnyVaultsArchive() : dice.PickFrom(vault.Archives).Id;

    private string AnyVaultsArchive() =>
        world.AnyVault(dice).Archives is { Count: > 0 } archives ? dice.PickFrom(archives).Id : new string('a', 138);

    private KnownUpload UploadOf(KnownVault vault) =>
        vault.Uploads.Count > 0 && !dice.OneIn(10) ? dice.PickFrom(vault.Uploads)
        : world.AnyVault(dice).Uploads is { Count: > 0 } others ? dice.PickFrom(others)
        : new KnownUpload(new string('u', 92), Requests.MiB);

    private KnownUpload FilledUploadOf(KnownVault vault) =>
        vault.Uploads.FindLast(upload => upload.Parts.Count > 0) ?? UploadOf(vault);

    private string JobOf(KnownVault vault) => (dice.OneIn(4) ? vault.Inventories : vault.Jobs) is { Count: > 0 } jobs
        ? dice.PickFrom(jobs)
        : new string('j', 92);

    private string LockOf(KnownVault vault) =>
        vault.Locks.Count > 0 && !dice.OneIn(4) ? vault.Locks[^1] : new string('l', 24);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
