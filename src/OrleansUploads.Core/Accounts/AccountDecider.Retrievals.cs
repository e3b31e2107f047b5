using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Accounts;

/// <content>The rules of the data retrieval policy and of provisioned capacity. One entity decides for the whole account, so
/// concurrent retrievals cannot exceed the limit together.</content>
public sealed partial class AccountDecider
{
    private static Decision<AccountEvent> SetDataRetrievalPolicy(AccountState state, SetDataRetrievalPolicy command) =>
        state.RetrievalPolicy == command.Policy
            ? Nothing
            : Accept(new DataRetrievalPolicySet(command.Policy.Strategy, command.Policy.BytesPerHour));

    /// <summary>Admits a retrieval if the limit allows it. Without a limit nothing is counted and nothing is written.</summary>
    private static Decision<AccountEvent> AdmitRetrieval(AccountState state, AdmitRetrieval command, DateTimeOffset now)
    {
        if (state.RetrievalPolicy.LimitBytes is not { } limit || state.Admitted.Contains(command.Job))
        {
            return Nothing;
        }

        var usedBytes = state.Admitted.WithoutExpired(now).Bytes;
        return command.Bytes <= limit - usedBytes
            ? Accept(new RetrievalAdmitted(command.Job, command.Bytes, now))
            : Refuse(new Refusal.RetrievalNotAdmitted(limit, usedBytes, command.Bytes));
    }

    private static Decision<AccountEvent> PurchaseCapacity(AccountState state, PurchaseCapacity command, DateTimeOffset now)
    {
        var units = UnexpiredCapacity(state, now);
        if (units.Find(unit => unit.Capacity == command.Capacity) is { } existing)
        {
            return Reply(existing);
        }

        if (units.Count >= Limits.MaxCapacityUnits)
        {
            return Refuse(new Refusal.TooManyCapacityUnits(Limits.MaxCapacityUnits, units.Min(unit => unit.ExpiresAt)));
        }

        var purchased = CapacityUnit.Purchase(command.Capacity, now);
        return Accept(purchased, new CapacityPurchased(purchased));
    }

    private static AccountState Evolve(AccountState state, DataRetrievalPolicySet happened)
    {
        var policy = new DataRetrievalPolicy(happened.Strategy, happened.BytesPerHour);
        return state with
        {
            RetrievalPolicy = policy,
            Admitted = policy.LimitBytes is null ? AdmittedRetrievals.None : state.Admitted,
        };
    }

    private static AccountState Evolve(AccountState state, RetrievalAdmitted happened) => state with
    {
        Admitted = state.Admitted.WithoutExpired(happened.At)
            .With(new AdmittedRetrieval(happened.Job, happened.Bytes, happened.At)),
    };

    private static AccountState Evolve(AccountState state, CapacityPurchased happened) => state with
    {
        Capacity = UnexpiredCapacity(state, happened.Unit.StartAt).Add(happened.Unit),
    };

    private static IEnumerable<AccountEvent> CompactRetrievals(AccountState state)
    {
        if (state.RetrievalPolicy != DataRetrievalPolicy.Unlimited)
        {
            yield return new DataRetrievalPolicySet(state.RetrievalPolicy.Strategy, state.RetrievalPolicy.BytesPerHour);
        }

        foreach (var admitted in state.Admitted.ByTime)
        {
            yield return new RetrievalAdmitted(admitted.Job, admitted.Bytes, admitted.At);
        }

        foreach (var unit in state.Capacity)
        {
            yield return new CapacityPurchased(unit);
        }
    }

    private static int CompactRetrievalsCount(AccountState state) =>
        (state.RetrievalPolicy != DataRetrievalPolicy.Unlimited ? 1 : 0) + state.Admitted.Count + state.Capacity.Count;

    private static ImmutableList<CapacityUnit> UnexpiredCapacity(AccountState state, DateTimeOffset now) =>
        state.Capacity.RemoveAll(unit => unit.ExpiresAt <= now);
}
