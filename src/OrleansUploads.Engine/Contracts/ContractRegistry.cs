using System.Collections.Immutable;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Engine.Contracts;

/// <summary>All tables of stored and sent types. A new kind of entity adds its table here.</summary>
internal static class ContractRegistry
{
    /// <summary>The tables.</summary>
    public static ImmutableArray<Contract> All { get; } =
    [
        SharedContract.Table,
        AccountContract.Table,
        VaultContract.Table,
        ArchiveShardContract.Table,
        JobsContract.Table,
        UploadContract.Table,
        UploadPageContract.Table,
        ServiceContract.Table,
        BucketContract.Table,
        KeyLeafContract.Table,
        KeyRoutesContract.Table,
    ];

    /// <summary>Members that were renamed in C# and keep the name under which they were first stored and sent.</summary>
    public static ImmutableArray<RenamedMember> RenamedMembers { get; } =
    [
        new(typeof(UploadSpec), "spec", "opening"),
        new(typeof(VaultIncarnation), "incarnation", "life"),
        new(typeof(ByteStorage), "byteStorage", "custody"),
    ];
}

/// <summary>A member whose name in JSON differs from its name in C#.</summary>
/// <param name="Type">The type of the member, in any declaring type.</param>
/// <param name="Name">The member's C# name in camel case.</param>
/// <param name="StoredName">The name in JSON.</param>
internal sealed record RenamedMember(Type Type, string Name, string StoredName);
