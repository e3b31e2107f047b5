using static OrleansUploads.Core.Policies.VaultAction;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Generates requests for each operation that are valid as far as the fuzzer knows the server's state.</summary>
internal sealed class ValidRequests(World world, Dice dice)
{
    /// <summary>All operations. Those that are needed in large numbers are repeated.</summary>
    private static readonly VaultAction[] Operations =
    [
        .. Enum.GetValues<VaultAction>(),
        InitiateMultipartUpload, UploadMultipartPart, UploadMultipartPart, CompleteMultipartUpload, UploadArchive, InitiateJob,
    ];

    private static readonly string[] TagNames = ["LegalHold", "cost center", "größe", "a.b/c=d+e-f@g", "Name", "name"];

    private static readonly string[] Notifications =
    [
        """{"SNSTopic":"arn:aws:sns:us-east-1:111122223333:ready","Events":["ArchiveRetrievalCompleted"]}""",
        """{"SNSTopic":"arn:x","Events":["InventoryRetrievalCompleted"]}""",
        """{"SNSTopic":"arn:x","Events":["ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"]}""",
    ];

    private static readonly string[] RetrievalPolicies =
    [
        """{"Policy":{"Rules":[{"Strategy":"FreeTier"}]}}""",
        """{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1}]}}""",
        """{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":9223372036854775807}]}}""",
        """{"Policy":{"Rules":[{"Strategy":"None","BytesPerHour":null}]}}""",
        """{"Policy":{"Rules":[{"Strategy":"None","BytesPerHour":null}]}}""",
    ];

    /// <summary>One full part, used for all requests: generating 1 MiB for each would dominate the run time.</summary>
    private static readonly byte[] Whole = Requests.Bytes(Requests.MiB, 71);

    /// <summary>A request for a random operation. The vault's owner signs it, and sometimes the other account.</summary>
    public FuzzRequest Any()
    {
        var operation = dice.Pick(Operations);
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

        var named = request with { Target = $"/{vault.Account}{request.Target[2..]}" };
        return dice.Below(12) switch
        {
            0 => named,
            1 => named with { Signer = vault.Owner.ForOther() },
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
        RemoveTagsFromVault => From(Requests.RemoveTags(vault.Name, JsonSerializer.Serialize(new { TagKeys = TagKeys() }))),
        SetVaultNotifications => From(Requests.SetNotifications(vault.Name, dice.Pick(Notifications))),
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
        SetDataRetrievalPolicy => From(Requests.SetRetrievalPolicy(dice.Pick(RetrievalPolicies))),
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

    private FuzzRequest Archive(KnownVault vault)
    {
        var bytes = RandomBytes();
        return From(Requests.UploadArchive(vault.Name, bytes)) with { Learn = LearnArchive(vault, bytes.Length) };
    }

    private FuzzRequest Initiation(KnownVault vault)
    {
        var partSizeBytes = (long)Requests.MiB << dice.Pick(0, 0, 0, 0, 1, 12);
        var request = Requests.Initiate(vault.Name, partSizeBytes);
        if (dice.OneIn(6))
        {
            request = request.With("x-orleans-uploads-create-key", dice.OneIn(2) ? "a" : "b");
        }

        return From(dice.OneIn(6) ? request.With("x-orleans-uploads-storage", "external") : request) with
        {
            Learn = LearnFrom("x-amz-multipart-upload-id", id => KnownVault.Remember(vault.Uploads, new KnownUpload(id, partSizeBytes))),
        };
    }

    private FuzzRequest Part(KnownVault vault, KnownUpload upload)
    {
        var slot = dice.Pick(0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 9_999, 10_000);
        var firstByte = (slot * upload.PartSizeBytes) + dice.Pick(0, 0, 0, 0, 0, 0, 0, 1);
        var bytes = slot < 2 && dice.OneIn(16) ? Whole : RandomBytes();
        var part = From(Requests.Part(vault.Name, upload.Id, firstByte, bytes));

        // A part that is longer than the part size must be refused before the server asks for any bytes.
        var length = upload.PartSizeBytes + 1;
        return dice.OneIn(24)
            ? part.With("Content-Range", $"bytes {firstByte}-{firstByte + length - 1}/*") with
            {
                Body = [],
                Framing = new BodyFraming.OnlyAnnounced(length.ToString(CultureInfo.InvariantCulture)),
            }
            : part with { Learn = _ => upload.Parts[firstByte] = bytes };
    }

    /// <summary>A part whose bytes are elsewhere. Most uploads refuse it.</summary>
    private FuzzRequest Report(KnownVault vault, KnownUpload upload)
    {
        var bytes = RandomBytes();
        return From(Requests.Report(vault.Name, upload.Id, 0, bytes, dice.Pick("tape://7", "a b", new string('l', 1024)))) with
        {
            Learn = _ => upload.Parts[0] = bytes,
        };
    }

    private FuzzRequest Completion(KnownVault vault, KnownUpload upload)
    {
        var bytes = upload.Bytes;
        var sizeBytes = bytes.Length + dice.Pick(0, 0, 0, 0, 0, 1);

        // Hashing many parts takes too long, so above 4 MiB the hash is wrong.
        var treeHash = bytes.Length > 4 * Requests.MiB ? new string('0', 64) : Requests.TreeHashOf(bytes);
        return From(Requests.Complete(vault.Name, upload.Id, sizeBytes, treeHash)) with { Learn = LearnArchive(vault, bytes.Length) };
    }

    private static Action<ApiAnswer> LearnArchive(KnownVault vault, long sizeBytes) =>
        LearnFrom("x-amz-archive-id", id => KnownVault.Remember(vault.Archives, new KnownArchive(id, sizeBytes)));

    private byte[] RandomBytes() => dice.Bytes(dice.Pick(1, 2, 7, 100, 1000, 4096));

    private FuzzRequest Job(KnownVault vault)
    {
        var retrieves = !dice.OneIn(3);
        var parameters = retrieves ? Retrieval(vault) : Inventory(vault);
        parameters["SNSTopic"] = dice.Pick(null, null, "arn:aws:sns:us-east-1:111122223333:ready");
        parameters["Description"] = dice.Pick<string?>(null, null, "for the auditors", "", new string('d', 1024));
        return From(Requests.InitiateJob(vault.Name, JsonSerializer.Serialize(parameters))) with
        {
            Learn = LearnFrom("x-amz-job-id", id => KnownVault.Remember(retrieves ? vault.Jobs : vault.Inventories, id)),
        };
    }

    private Dictionary<string, object?> Retrieval(KnownVault vault)
    {
        var archive = vault.Archives.Count == 0 ? new KnownArchive(new string('a', 138), 1) : dice.PickFrom(vault.Archives);
        var last = archive.SizeBytes - 1;
        return new Dictionary<string, object?>
        {
            ["Type"] = "archive-retrieval",
            ["ArchiveId"] = archive.Id,
            ["Tier"] = dice.Pick<string?>(null, "Standard", "Expedited", "Bulk"),
            ["RetrievalByteRange"] = dice.OneIn(3)
                ? dice.Pick($"0-{last}", $"0-{Requests.MiB - 1}", $"{Requests.MiB}-{last}", $"1-{last}", $"0-{last + 1}")
                : null,
        };
    }

    private Dictionary<string, object?> Inventory(KnownVault vault) => new()
    {
        ["Type"] = "inventory-retrieval",
        ["Format"] = dice.Pick<string?>(null, "JSON", "CSV"),
        ["InventoryRetrievalParameters"] = dice.OneIn(2) ? null : new Dictionary<string, string?>
        {
            ["StartDate"] = dice.Pick<string?>(null, "2026-03-01T12:00:00Z", "1970-01-01T00:00:00.000Z"),
            ["EndDate"] = dice.Pick<string?>(null, "2026-03-02T12:00:00Z", "9999-12-31T23:59:59.999Z"),
            ["Limit"] = dice.Pick<string?>(null, "1", "2", "1000", "99999999999999999999"),
            ["Marker"] = dice.OneIn(4) && vault.Archives.Count > 0 ? dice.PickFrom(vault.Archives).Id : null,
        },
    };

    private FuzzRequest Output(KnownVault vault)
    {
        var request = From(Requests.GetOutput(vault.Name, JobOf(vault)));
        return dice.OneIn(3)
            ? request.With("Range", dice.Pick("bytes=0-0", "bytes=0-", "bytes=1-9", "bytes=0-1048575", "bytes=5-99999999"))
            : request;
    }

    private string Tags() => JsonSerializer.Serialize(new
    {
        Tags = TagKeys().Distinct().ToDictionary(key => key, _ => dice.Pick("", "true", "42", "über", new string('v', 255))),
    });

    private IEnumerable<string> TagKeys() =>
        [.. Enumerable.Range(0, 1 + dice.Below(10)).Select(_ => dice.OneIn(2) ? $"tag {dice.Below(60)}" : dice.Pick(TagNames))];

    /// <summary>Uses mostly a policy that still permits other requests, because a lock may be permanent.</summary>
    private FuzzRequest Lock(KnownVault vault) => From(Requests.InitiateLock(
        vault.Name, dice.OneIn(6) ? new PolicyGrammar(dice, vault.Arn).Document() : SampleData.KeepForAYear)) with
    {
        Learn = LearnFrom("x-amz-lock-id", id => KnownVault.Remember(vault.Locks, id)),
    };
}
