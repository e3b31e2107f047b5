using OrleansUploads.Core.Tests.House.Planted.Right;

namespace OrleansUploads.Core.Tests.House.Planted.Left;

/// <summary>One half of a cycle that <see cref="FolderTests"/> must find; the use is in a method's body.</summary>
internal sealed class UsesRight
{
    public static string Describe() => new UsesLeft().ToString()!;
}
