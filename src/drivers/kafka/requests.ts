/** The requests that this driver makes, each in the versions that it knows, the best first. */
import {
  apiVersionsV3,
  consumerGroupDescribeV0,
  createPartitionsV1,
  createPartitionsV2,
  createTopicsV5,
  deleteGroupsV1,
  deleteGroupsV2,
  deleteRecordsV1,
  deleteRecordsV2,
  deleteTopicsV4,
  describeConfigsV2,
  describeConfigsV4,
  describeGroupsV4,
  describeGroupsV5,
  describeLogDirsV2,
  fetchV11,
  fetchV12,
  findCoordinatorV3,
  findCoordinatorV4,
  heartbeatV3,
  heartbeatV4,
  incrementalAlterConfigsV0,
  incrementalAlterConfigsV1,
  joinGroupV5,
  joinGroupV7,
  leaveGroupV3,
  leaveGroupV4,
  listGroupsV3,
  listGroupsV4,
  listOffsetsV5,
  listOffsetsV6,
  metadataV9,
  offsetCommitV7,
  offsetCommitV8,
  offsetDeleteV0,
  offsetFetchV7,
  offsetFetchV8,
  produceV8,
  produceV9,
  syncGroupV3,
  syncGroupV5,
  type Connection,
} from "@platformatic/kafka";

/** One request in one version. */
export interface Request<A extends readonly unknown[], R> {
  readonly key: number;
  readonly version: number;
  async(connection: Connection, ...args: A): Promise<R>;
}

// Brokers from 2.4 on know at least one of each, but for the group description of the newer consumer protocol (3.7).
export const apiVersions = [apiVersionsV3.api] as const;
export const metadata = [metadataV9.api] as const;
export const produce = [produceV9.api, produceV8.api] as const;
// The older one leaves out what is optional.
export const fetchRecords = [fetchV12.api, fetchV11.api as typeof fetchV12.api] as const;
export const listOffsets = [listOffsetsV6.api, listOffsetsV5.api] as const;
export const describeConfigs = [describeConfigsV4.api, describeConfigsV2.api] as const;
export const alterConfigs = [incrementalAlterConfigsV1.api, incrementalAlterConfigsV0.api] as const;
export const describeLogDirs = [describeLogDirsV2.api] as const;
export const createTopics = [createTopicsV5.api] as const;
export const createPartitions = [createPartitionsV2.api, createPartitionsV1.api] as const;
export const deleteTopics = [deleteTopicsV4.api] as const;
export const deleteRecords = [deleteRecordsV2.api, deleteRecordsV1.api] as const;
export const listGroups = [listGroupsV4.api, listGroupsV3.api] as const;
export const describeGroups = [describeGroupsV5.api, describeGroupsV4.api] as const;
export const describeNewGroups = [consumerGroupDescribeV0.api] as const;
export const deleteGroups = [deleteGroupsV2.api, deleteGroupsV1.api] as const;
export const findCoordinator = [findCoordinatorV4.api, findCoordinatorV3.api] as const;
export const offsetFetch = [offsetFetchV8.api, offsetFetchV7.api] as const;
export const offsetCommit = [offsetCommitV8.api, offsetCommitV7.api] as const;
export const offsetDelete = [offsetDeleteV0.api] as const;
export const joinGroup = [joinGroupV7.api, joinGroupV5.api] as const;
export const syncGroup = [syncGroupV5.api, syncGroupV3.api] as const;
export const heartbeat = [heartbeatV4.api, heartbeatV3.api] as const;
export const leaveGroup = [leaveGroupV4.api, leaveGroupV3.api] as const;
