using OrleansUploads.Core.Tests.House.Planted.Left;

namespace OrleansUploads.Core.Tests.House.Planted.Right;

/// <summary>The other half of the cycle; the use is in a signature.</summary>
internal sealed class UsesLeft
{
    public UsesRight? Other { get; init; }
}
